"""WordPiece as BERT has it: each Chinese character a word of its own, `##` before pieces that go on with a word.

The trainer of `tokenizers` gives other results from run to run: it numbers `##` pieces in the order of a hash table,
and ties between merges go by these numbers. Here alphabet and `##` pieces are numbered before it begins, in order of
their code points, so that equal texts give equal bytes.
"""

from collections.abc import Callable, Iterable, Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from leafout.core.errors import LeafoutError
from leafout.tokenization.alphabet import Alphabet, choose, count_characters, normalised

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
NAMED = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
_PREFIX = "##"
_ALPHABET_SHARE = 0.9
"""Of the vocabulary, at most; the rest is left to merges."""
_LEAST_COVERED = 0.9
"""Below this share of known characters a vocabulary is useless."""

Texts = Callable[[], Iterable[Sequence[str]]]


def train_wordpiece(
    texts: Texts, *, vocab_size: int, lowercase: bool = True, min_frequency: int = 2, coverage: float = 0.9995
) -> Tokenizer:
    """Train a WordPiece tokenizer.

    Args:
        texts: gives the training text anew at each call, in batches; read twice.
        vocab_size: entries at most, special ones included; fewer when the text has no more pairs to merge.
        lowercase: fold case and take accents off, as the uncased BERT does.
        min_frequency: a pair merged must occur so often.
        coverage: share of the text's characters that must be known; the rest becomes [UNK].

    Raises:
        LeafoutError: when the text is empty or `vocab_size` has no room for its characters.
    """
    normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    splitter = pre_tokenizers.BertPreTokenizer()

    def continues(character: str) -> bool:
        return len(splitter.pre_tokenize_str(normalizer.normalize_str(f"a{character}a"))) == 1

    counts = normalised(count_characters(texts()), normalizer.normalize_str)
    room = int((vocab_size - len(SPECIAL)) * _ALPHABET_SHARE)
    alphabet = choose(counts, lambda character: 1 + continues(character), coverage=coverage, room=room)
    _check(alphabet, counts, vocab_size)
    pieces = [f"{_PREFIX}{character}" for character in alphabet.characters if continues(character)]
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 - no password
    learner.normalizer, learner.pre_tokenizer = normalizer, splitter
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=[*SPECIAL, *pieces],
        initial_alphabet=list(alphabet.characters),
        limit_alphabet=len(alphabet.characters),
        continuing_subword_prefix=_PREFIX,
        show_progress=False,
    )
    learner.train_from_iterator(texts(), trainer=trainer)
    return wordpiece(learner.get_vocab(with_added_tokens=True), lowercase=lowercase)


def wordpiece(vocabulary: dict[str, int], *, lowercase: bool) -> Tokenizer:
    """The tokenizer of a WordPiece vocabulary, [CLS] and [SEP] around."""
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106
    made.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    made.decoder = decoders.WordPiece(prefix=_PREFIX)
    made.add_special_tokens(list(SPECIAL))
    return made


def _check(alphabet: Alphabet, counts: dict[str, int], vocab_size: int) -> None:
    if not counts:
        raise LeafoutError("there is no text to train a tokenizer on", hint="look at the train part of the split")
    if alphabet.covered < _LEAST_COVERED:
        needed = int((alphabet.needed + len(SPECIAL)) / _ALPHABET_SHARE) + 1
        raise LeafoutError(
            f"`vocab_size` is {vocab_size}: its characters would cover {alphabet.covered:.0%} of the text, at least "
            f"{_LEAST_COVERED:.0%} are needed",
            where="[vocab_size]",
            hint=f"vocab_size: {max(needed, 2 * vocab_size)}",
        )
