"""Unigram: pieces with probabilities, a text is cut the most probable way (Kudo 2018, section 3.2).

Words are what stands between white space, with `▁` for the space before; runs of Chinese stand apart from other text,
so that no piece is half Chinese. As a run of Chinese is one word and nearly every such word is rare, the trainer sees
runs in parts of at most four characters, which repeat. The finished tokenizer takes whole runs. White space is one
space, as in SentencePiece; characters beyond `coverage` are unknown.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from leafout.core.errors import LeafoutError
from leafout.tokenization.alphabet import choose, count_characters, normalised
from leafout.tokenization.unigram_training import train_pieces
from leafout.tokenization.wordpiece import NAMED, SPECIAL

PART_CHARS = 4
_MAX_PIECE_CHARS = 16
_MAX_WORD_CHARS = 64
_MARK = "▁"
_HAN = "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_ALPHABET_SHARE = 0.9
_LEAST_COVERED = 0.9

Texts = Callable[[], Iterable[Sequence[str]]]

__all__ = ["NAMED", "train_unigram"]


def train_unigram(
    texts: Texts, *, vocab_size: int, lowercase: bool = False, coverage: float = 0.9995, part_chars: int = PART_CHARS
) -> Tokenizer:
    """Train a Unigram tokenizer.

    Args:
        texts: gives the training text anew at each call, in batches; read twice.
        vocab_size: entries at most, special ones included; fewer when the text has no more.
        lowercase: fold case.
        coverage: share of the text's characters that must be known; the rest becomes [UNK].
        part_chars: the longest part of a run of Chinese that the trainer sees.

    Raises:
        LeafoutError: when the text is empty or `vocab_size` has no room for its characters.
    """
    folds = [normalizers.NFC(), *([normalizers.Lowercase()] if lowercase else [])]
    normalizer = normalizers.Sequence(folds)
    counts = normalised(count_characters(texts()), normalizer.normalize_str)
    room = int((vocab_size - len(SPECIAL) - 1) * _ALPHABET_SHARE)
    alphabet = choose(counts, lambda _: 1, coverage=coverage, room=room)
    if not counts:
        raise LeafoutError("there is no text to train a tokenizer on", hint="look at the train part of the split")
    if alphabet.covered < _LEAST_COVERED:
        needed = int((alphabet.needed + len(SPECIAL) + 1) / _ALPHABET_SHARE) + 1
        raise LeafoutError(
            f"`vocab_size` is {vocab_size}: its characters would cover {alphabet.covered:.0%} of the text, at least "
            f"{_LEAST_COVERED:.0%} are needed",
            where="[vocab_size]",
            hint=f"vocab_size: {max(needed, 2 * vocab_size)}",
        )
    rare = str.maketrans(dict.fromkeys(set(counts) - set(alphabet.characters), " "))
    words = _words(_without(texts(), normalizer, rare), part_chars)
    characters = tuple(sorted({*alphabet.characters, _MARK}))
    learnt = train_pieces(
        words, num_pieces=vocab_size - len(SPECIAL), max_chars=_MAX_PIECE_CHARS, characters=characters
    )
    return _tokenizer(learnt, normalizer)


def _tokenizer(learnt: list[tuple[str, float]], normalizer: normalizers.Normalizer) -> Tokenizer:
    """Special tokens and pieces, whole runs of Chinese, [CLS] and [SEP] around."""
    made = Tokenizer(models.Unigram([*((name, 0.0) for name in SPECIAL), *learnt], unk_id=1, byte_fallback=False))
    made.normalizer = normalizer
    made.add_special_tokens(list(SPECIAL))
    made.pre_tokenizer = splitter()
    made.decoder = decoders.Metaspace(replacement=_MARK, prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, made.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    return made


def _words(batches: Iterable[Sequence[str]], part_chars: int) -> Counter[str]:
    """Words as the finished tokenizer splits them, runs in parts."""
    pattern = re.compile(f"{_MARK}?[{_HAN}]{{1,{part_chars}}}|[\\[\\]]|[^{_HAN}\\[\\]]{{1,{_MAX_WORD_CHARS}}}")
    counts: Counter[str] = Counter()
    for batch in batches:
        for text in batch:
            counts.update(found for word in text.split() for found in pattern.findall(_MARK + word))
    return counts


def _without(
    batches: Iterable[Sequence[str]], normalizer: normalizers.Normalizer, rare: dict[int, str]
) -> Iterator[list[str]]:
    """Texts with a space for each character that the vocabulary leaves out, so that no piece holds one."""
    for batch in batches:
        yield [normalizer.normalize_str(text).translate(rare) for text in batch]


def splitter(part_chars: int = 0) -> pre_tokenizers.PreTokenizer:
    """Words of a text, runs of Chinese whole (0) or in parts; brackets stand alone: no text spells a special token."""
    run = f"{{1,{part_chars}}}" if part_chars else "+"
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement=_MARK, prepend_scheme="always", split=True),
            pre_tokenizers.Split(Regex(rf"{_MARK}?\p{{Han}}{run}|[\[\]]"), behavior="isolated"),
        ]
    )
