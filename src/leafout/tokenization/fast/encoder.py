"""Texts to ids as `tokenizers` gives them, several times as fast; what the kernels do not know is left to the library.

Byte-level BPE (GPT-2's, Llama 3's, Qwen's splitting and ours) and WordPiece after BERT are compiled; words that came
before are looked up. Any other tokenizer, a machine without the compiler, and every text with a character that the
kernels are not sure of go through the library. `Encoder.check` compares ids on texts of the corpus and gives up the
fast way for good at the first difference.

Legend: N texts, I ids, C characters, S texts of a call of a kernel.
"""

import unicodedata
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from leafout.corpus.kernels.jit import COMPILED
from leafout.tokenization.fast import words
from leafout.tokenization.fast.characters import DROPPED, STRANGE, Characters
from leafout.tokenization.fast.merging import pair_table
from leafout.tokenization.fast.recognise import ByteBpe, WordPiece, recognise
from leafout.tokenization.fast.strings import code_points, empty, of

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]

_WORDS = 1 << 18
_POINTS, _IDS = 1 << 21, 1 << 20
"""Room for known words: 18 MB in all."""
_CALL_CHARS = 1 << 19
"""Characters of one call of a kernel, if no text is longer: bounds its memory."""


class Encoder:
    """Encodes texts without special tokens around; special tokens that a text spells stay text.

    Args:
        tokenizer: its own flag for special tokens is set.
        fast: False leaves everything to the library.
    """

    def __init__(self, tokenizer: Tokenizer, *, fast: bool = True) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        spec = recognise(tokenizer) if fast and COMPILED else None
        self._core = None if spec is None else _bpe_core(spec) if isinstance(spec, ByteBpe) else _wordpiece_core(spec)

    @property
    def fast(self) -> bool:
        """Whether the kernels are used."""
        return self._core is not None

    def check(self, texts: Sequence[str]) -> str | None:
        """Compare with the library; the first text that gives other ids, and then the fast way is given up."""
        if self._core is None:
            return None
        ids_I, lengths_N = self.encode(texts)
        wanted_I, wanted_N = self.slow(texts)
        if np.array_equal(ids_I, wanted_I) and np.array_equal(lengths_N, wanted_N):
            return None
        self._core = None
        ends_N, wanted_ends_N = np.cumsum(lengths_N), np.cumsum(wanted_N)
        for place, text in enumerate(texts):
            ours = ids_I[ends_N[place] - lengths_N[place] : ends_N[place]]
            if not np.array_equal(ours, wanted_I[wanted_ends_N[place] - wanted_N[place] : wanted_ends_N[place]]):
                return text
        raise AssertionError("all texts are equal, their sequence is not")

    def encode(self, texts: Sequence[str]) -> tuple[Int32, Int64]:
        """The ids of all texts, one after another, and how many each has."""
        if self._core is None:
            return self.slow(texts)
        ids: list[Int32] = []
        lengths: list[Int64] = []
        start = chars = 0
        for place, text in enumerate(texts):
            if chars and chars + len(text) > _CALL_CHARS:
                self._some(self._core, texts[start:place], ids, lengths)
                start, chars = place, 0
            chars += len(text)
        self._some(self._core, texts[start:], ids, lengths)
        return np.concatenate(ids), np.concatenate(lengths)

    def slow(self, texts: Sequence[str]) -> tuple[Int32, Int64]:
        """The same by the library alone."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        lengths_N = np.fromiter(map(len, encodings), np.int64, len(texts))
        ids = chain.from_iterable(encoding.ids for encoding in encodings)
        return np.fromiter(ids, np.int32, int(lengths_N.sum())), lengths_N

    def _some(
        self, core: "_BpeCore | _WordPieceCore", texts: Sequence[str], ids: list[Int32], lengths: list[Int64]
    ) -> None:
        ids_I, lengths_N, strange = core.encode(texts)
        if len(strange):
            theirs_I, theirs_N = self.slow([texts[place] for place in strange.tolist()])
            before_N = np.concatenate(([0], np.cumsum(lengths_N)))[strange]
            ids_I = np.insert(ids_I, np.repeat(before_N, theirs_N), theirs_I)
            lengths_N[strange] = theirs_N
        ids.append(ids_I)
        lengths.append(lengths_N)


class _BpeCore:
    def __init__(self, spec: ByteBpe) -> None:
        self._nfc, self._pattern = spec.nfc, spec.pattern
        self._characters = Characters(spec.ask)
        self._pairs = words.Pairs(pair_table(spec.merges), spec.byte_ids)
        self._known, self._whole = _no_words(), _entries(spec.whole)

    def encode(self, texts: Sequence[str]) -> tuple[Int32, Int64, Int64]:
        """The ids, how many each text has, and which texts are strange (they have none)."""
        whole = "".join(texts)
        if self._nfc and not unicodedata.is_normalized("NFC", whole):
            texts = [unicodedata.normalize("NFC", text) for text in texts]
            whole = "".join(texts)
        starts_S1 = _starts(texts)
        classes_C, codes_C = self._characters.look_up(code_points(whole))
        classes_C, codes_C, starts_S1, strange = _without(classes_C, codes_C, starts_S1, STRANGE)
        longest = 4 * int(np.diff(starts_S1).max(initial=0))
        room = words.Room(np.zeros(longest, np.int32), np.zeros(6 * longest, np.int64))
        out_I, lengths_S = np.empty(4 * len(codes_C), np.int32), np.zeros(len(texts), np.int64)
        count = words.byte_bpe(
            codes_C,
            classes_C,
            starts_S1,
            self._pattern.kind,
            self._pattern.digits,
            self._known,
            self._whole,
            self._pairs,
            room,
            out_I,
            lengths_S,
        )
        return out_I[:count].copy(), lengths_S, strange


class _WordPieceCore:
    def __init__(self, spec: WordPiece) -> None:
        self._characters = Characters(spec.ask)
        self._firsts, self._nexts, self._known = _entries(spec.firsts), _entries(spec.nexts), _no_words()
        longest = max(map(len, spec.firsts))
        self._limits = np.array([longest, spec.max_chars, spec.unk_id], np.int64)

    def encode(self, texts: Sequence[str]) -> tuple[Int32, Int64, Int64]:
        """The ids, how many each text has, and which texts are strange (they have none)."""
        classes_C, codes_C = self._characters.look_up(code_points("".join(texts)))
        classes_C, codes_C, starts_S1, strange = _without(classes_C, codes_C, _starts(texts), STRANGE)
        dropped_C = (classes_C & DROPPED) > 0
        if dropped_C.any():
            starts_S1 = np.concatenate(([0], np.cumsum(~dropped_C)))[starts_S1]
            classes_C, codes_C = classes_C[~dropped_C], codes_C[~dropped_C]
        longest = int(np.diff(starts_S1).max(initial=0)) + 1
        room = words.Room(np.zeros(longest, np.int32), np.zeros(0, np.int64))
        out_I, lengths_S = np.empty(len(codes_C), np.int32), np.zeros(len(texts), np.int64)
        count = words.wordpiece(
            codes_C,
            classes_C,
            starts_S1,
            self._known,
            self._firsts,
            self._nexts,
            self._limits,
            room,
            out_I,
            lengths_S,
        )
        return out_I[:count].copy(), lengths_S, strange


def _bpe_core(spec: ByteBpe) -> _BpeCore:
    return _BpeCore(spec)


def _wordpiece_core(spec: WordPiece) -> _WordPieceCore:
    return _WordPieceCore(spec)


def _starts(texts: Sequence[str]) -> Int64:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))))


def _without(classes_C: UInt8, codes_C: UInt32, starts_S1: Int64, kind: int) -> tuple[UInt8, UInt32, Int64, Int64]:
    """The texts without those that hold a character of a class: these become empty, their numbers come last."""
    places = np.flatnonzero(classes_C & kind)
    if not len(places):
        return classes_C, codes_C, starts_S1, np.zeros(0, np.int64)
    held = np.unique(np.searchsorted(starts_S1, places, side="right") - 1)
    lengths_S = np.diff(starts_S1)
    stays_S = np.ones(len(lengths_S), bool)
    stays_S[held] = False
    stays_C = np.repeat(stays_S, lengths_S)
    starts = np.concatenate(([0], np.cumsum(np.where(stays_S, lengths_S, 0))))
    return classes_C[stays_C], codes_C[stays_C], starts, held


def _no_words() -> words.Known:
    table = empty(_WORDS, _POINTS)
    return words.Known(
        table.store_U,
        table.starts_K1,
        table.slots_H,
        table.used,
        np.zeros(_WORDS + 1, np.int64),
        np.zeros(_IDS, np.int32),
    )


def _entries(vocabulary: dict[str, int]) -> words.Known:
    """A vocabulary as words of one id each."""
    table = of(list(vocabulary))
    ids = np.fromiter(vocabulary.values(), np.int32, len(vocabulary))
    ends_K1 = np.arange(len(vocabulary) + 1, dtype=np.int64)
    return words.Known(table.store_U, table.starts_K1, table.slots_H, table.used, ends_K1, ids)
