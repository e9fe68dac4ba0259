"""Which tokenizers the kernels know: what `tokenizer.json` says, or None where anything in it is not understood."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, normalizers

from leafout.tokenization.byte_bpe import HAN_PATTERN
from leafout.tokenization.fast.characters import Ask, asks_of_bert, asks_of_pattern
from leafout.tokenization.fast.words import GPT2, LLAMA

_SMALL = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?"
_BLANKS = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_SYMBOLS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|"
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a pattern of splitting comes to (see `splitting`)."""

    kind: int
    word: str = r"\p{L}"
    han: str = ""
    late: str = ""
    digits: int = 1


PATTERNS = {
    HAN_PATTERN: Pattern(LLAMA, word=r"[\p{L}\p{M}&&[^\p{Han}]]", han=r"\p{Han}", digits=3),
    GPT2_PATTERN: Pattern(GPT2),
    _SMALL + r"\p{L}+|\p{N}" + _SYMBOLS + _BLANKS: Pattern(LLAMA),  # Qwen 2 and 3
    _SMALL + r"\p{L}+|\p{N}{1,3}" + _SYMBOLS + _BLANKS: Pattern(LLAMA, digits=3),  # Llama 3
    _SMALL + r"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + _BLANKS: Pattern(
        LLAMA, word=r"[\p{L}\p{M}]", late=r"\p{M}"
    ),
}
"""By the pattern as `tokenizer.json` has it."""


@dataclass(frozen=True, slots=True)
class ByteBpe:
    """A byte-level BPE: how texts become words, the ids of bytes, merges (left, right, result), words taken whole."""

    nfc: bool
    pattern: Pattern
    ask: Ask
    byte_ids: NDArray[np.int32]
    merges: NDArray[np.int64]
    whole: dict[str, int]


@dataclass(frozen=True, slots=True)
class WordPiece:
    """A WordPiece after BERT: entries that begin a word, entries that go on (without prefix), and its limits."""

    ask: Ask
    firsts: dict[str, int]
    nexts: dict[str, int]
    max_chars: int
    unk_id: int


def recognise(tokenizer: Tokenizer) -> ByteBpe | WordPiece | None:
    """What a tokenizer is, as far as the kernels know it."""
    told = json.loads(tokenizer.to_str())
    if not all(token["special"] for token in told["added_tokens"]):
        return None
    return _byte_bpe(told) if told["model"]["type"] == "BPE" else _wordpiece(told)


def bytes_of_letters() -> dict[str, int]:
    """The byte that each letter of a byte-level vocabulary stands for (the map of GPT-2's released code)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + place): byte for place, byte in enumerate(others)}


def _byte_bpe(told: dict[str, Any]) -> ByteBpe | None:
    model, vocabulary = told["model"], told["model"]["vocab"]
    folds = _folds(told["normalizer"])
    pattern = _pattern(told["pre_tokenizer"])
    plain = not any(
        model.get(name)
        for name in ("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback")
    )
    letters = bytes_of_letters()
    if folds is None or pattern is None or not plain or not letters.keys() <= vocabulary.keys():
        return None
    pairs = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in model["merges"]]
    byte_ids = np.zeros(256, np.int32)
    for letter, byte in letters.items():
        byte_ids[byte] = vocabulary[letter]
    merges = np.array([(vocabulary[a], vocabulary[b], vocabulary[a + b]) for a, b in pairs], np.int64).reshape(-1, 3)
    nfc, lowercase = folds
    ask = asks_of_pattern(word=pattern.word, han=pattern.han, late=pattern.late, lowercase=lowercase, nfc=nfc)
    whole = _whole(vocabulary, letters) if model.get("ignore_merges") else {}
    return ByteBpe(nfc, pattern, ask, byte_ids, merges, whole)


def _whole(vocabulary: dict[str, int], letters: dict[str, int]) -> dict[str, int]:
    """The entries that are text; half a character can be no word."""
    found = {}
    for entry, place in vocabulary.items():
        if all(letter in letters for letter in entry):
            text = bytes(letters[letter] for letter in entry).decode("utf-8", "replace")
            if text and "\ufffd" not in text:
                found[text] = place
    return found


def _folds(told: dict[str, Any] | None) -> tuple[bool, bool] | None:
    """Whether a normaliser composes (NFC), and whether it folds case; None where it does anything else."""
    steps = [] if told is None else told["normalizers"] if told["type"] == "Sequence" else [told]
    kinds = [one["type"] for one in steps]
    return (
        ("NFC" in kinds, "Lowercase" in kinds) if kinds in ([], ["NFC"], ["Lowercase"], ["NFC", "Lowercase"]) else None
    )


def _pattern(told: dict[str, Any] | None) -> Pattern | None:
    if told is None:
        return None
    if told["type"] == "ByteLevel":
        return PATTERNS[GPT2_PATTERN] if told["use_regex"] and not told["add_prefix_space"] else None
    steps = told.get("pretokenizers", [])
    if [one["type"] for one in steps] != ["Split", "ByteLevel"]:
        return None
    split, byte_level = steps
    if split["behavior"] != "Isolated" or split["invert"] or byte_level["use_regex"] or byte_level["add_prefix_space"]:
        return None
    pattern: str | None = split["pattern"].get("Regex")
    return PATTERNS.get(pattern or "")


def _wordpiece(told: dict[str, Any]) -> WordPiece | None:
    model, normalizer, splitter = told["model"], told["normalizer"] or {}, told["pre_tokenizer"] or {}
    kinds = model["type"], normalizer.get("type"), splitter.get("type")
    if kinds != ("WordPiece", "BertNormalizer", "BertPreTokenizer") or model["unk_token"] not in model["vocab"]:
        return None
    prefix = model["continuing_subword_prefix"]
    if not prefix:
        return None
    made = normalizers.BertNormalizer(**{name: value for name, value in normalizer.items() if name != "type"})
    return WordPiece(
        ask=asks_of_bert(made),
        firsts=model["vocab"],
        nexts={text[len(prefix) :]: place for text, place in model["vocab"].items() if text.startswith(prefix)},
        max_chars=model["max_input_chars_per_word"],
        unk_id=model["vocab"][model["unk_token"]],
    )
