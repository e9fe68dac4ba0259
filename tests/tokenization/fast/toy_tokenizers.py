"""Tokenizers of each kind that the kernels know, and one that they do not."""

import json
from functools import cache

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.fast.recognise import PATTERNS
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches

FAST = (
    "bpe",
    "bpe_lower",
    "wordpiece",
    "wordpiece_cased",
    *(f"pattern{n}" for n in range(len(PATTERNS))),
    "gpt2",
    "whole",
)


@cache
def toy(name: str) -> Tokenizer:
    """A tokenizer by name."""
    if name.startswith("bpe"):
        return train_byte_bpe(batches, vocab_size=420, lowercase=name == "bpe_lower")
    if name.startswith("wordpiece"):
        return train_wordpiece(batches, vocab_size=260, lowercase=name == "wordpiece")
    made = Tokenizer(models.BPE())
    if name == "gpt2":
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        pattern = list(PATTERNS)[int(name[-1])] if name != "whole" else list(PATTERNS)[3]
        made.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    if name == "pattern2":
        made.normalizer = normalizers.NFC()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=420, show_progress=False, initial_alphabet=alphabet)
    made.train_from_iterator(batches(), trainer=trainer)
    made.decoder = decoders.ByteLevel()
    return _with_whole_words(made) if name == "whole" else made


def _with_whole_words(made: Tokenizer) -> Tokenizer:
    """As Llama 3 has it: a word that is an entry is taken, whatever merges say."""
    told = json.loads(made.to_str())
    told["model"]["ignore_merges"] = True
    for entry in ("ĠzqzÃ©", "ä»Ĭä½", "qqq"):
        told["model"]["vocab"][entry] = len(told["model"]["vocab"])
    return Tokenizer.from_str(json.dumps(told))
