"""Texts to ids, special tokens and truncation included, equal to what transformers does with the same tokenizer.

Nothing of the tokenizer is changed (truncation is done here, not by its own switch), so that threads can share one.

Legend: N texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Encoded texts.

    Attributes:
        ids: of each text (and its pair), special tokens included.
        segments: of each: 0 for the first text, 1 for the second.
        truncated: whether tokens were cut off.
    """

    ids: list[Int32]
    segments: list[Int8]
    truncated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The special tokens around one text or two: `gaps[0] text gaps[1]`, or `gaps[0] text gaps[1] pair gaps[2]`."""

    gaps: tuple[Int32, ...]
    gap_segments: tuple[Int8, ...]
    text_segments: tuple[int, ...]
    swapped: bool

    @property
    def num_special(self) -> int:
        return sum(len(gap) for gap in self.gaps)


def encode(tokenizer: Tokenizer, texts: Sequence[str], pairs: Sequence[str] | None, *, max_tokens: int) -> Encoded:
    """Encode texts, or pairs of texts.

    Args:
        tokenizer: without padding and truncation, as `load_tokenizer` gives it.
        texts: N of them.
        pairs: the second text of each, or None.
        max_tokens: of a row, special tokens included; over it the end of the longer text goes first (`longest_first`).

    Raises:
        ValueError: when texts and pairs are not equally many, or `max_tokens` has no room for the special tokens.
    """
    if pairs is not None and len(pairs) != len(texts):
        raise ValueError(f"{len(texts)} texts and {len(pairs)} pairs")
    frame = _frame(tokenizer, pair=pairs is not None)
    room = max_tokens - frame.num_special
    if room < 0:
        raise ValueError(f"`max_tokens` is {max_tokens}, the special tokens alone are {frame.num_special}")
    firsts = plain_ids(tokenizer, texts)
    if pairs is None:
        rows = [_row(frame, (first[:room],)) for first in firsts]
        lengths_N = np.fromiter(map(len, firsts), np.int64, len(firsts))
    else:
        seconds = plain_ids(tokenizer, pairs)
        rows, lengths_N = [], np.zeros(len(firsts), np.int64)
        for place, (first, second) in enumerate(zip(firsts, seconds, strict=True)):
            kept = longest_first(len(first), len(second), room)
            parts = (first[: kept[0]], second[: kept[1]])
            rows.append(_row(frame, parts[::-1] if frame.swapped else parts))
            lengths_N[place] = len(first) + len(second)
    return Encoded([ids for ids, _ in rows], [segments for _, segments in rows], lengths_N > room)


def plain_ids(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Int32]:
    """The ids of each text alone, without special tokens around; all texts in one parallel pass."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [np.array(encoding.ids, np.int32) for encoding in encodings]


def longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """How many tokens of two texts stay when both must fit: the longer one gives first, as in `tokenizers`."""
    if first + second <= room:
        return first, second
    short, long = sorted((first, second))
    # the library lets a short text stay whole when it fits at all, and shares out evenly only when the two still do not
    long = short if short > room else max(short, room - short)
    if short + long > room:
        short, long = room // 2, room // 2 + room % 2
    return (long, short) if first > second else (short, long)


def _row(frame: _Frame, parts: tuple[Int32, ...]) -> tuple[Int32, Int8]:
    ids, segments = [frame.gaps[0]], [frame.gap_segments[0]]
    for place, part in enumerate(parts):
        ids += [part, frame.gaps[place + 1]]
        segments += [np.full(len(part), frame.text_segments[place], np.int8), frame.gap_segments[place + 1]]
    return np.concatenate(ids), np.concatenate(segments)


def _frame(tokenizer: Tokenizer, *, pair: bool) -> _Frame:
    """Read the special tokens off an example; the library shows a post-processor's work, but not its rule."""
    probe = _probe(tokenizer, pair=pair)
    owners, ids, types = probe.sequence_ids, probe.ids, probe.type_ids
    runs: list[list[int]] = [[]]
    text_segments: list[int] = []
    order: list[int] = []
    for place, owner in enumerate(owners):
        if owner is None:
            runs[-1].append(place)
        elif not order or order[-1] != owner:
            order.append(owner)
            text_segments.append(types[place])
            runs.append([])
    return _Frame(
        gaps=tuple(np.array([ids[place] for place in run], np.int32) for run in runs),
        gap_segments=tuple(np.array([types[place] for place in run], np.int8) for run in runs),
        text_segments=tuple(text_segments),
        swapped=order == [1, 0],
    )


def _probe(tokenizer: Tokenizer, *, pair: bool) -> Encoding:
    wanted = 2 if pair else 1
    for word in ("a", "的", "0", "."):
        probe: Encoding = tokenizer.encode(word, word if pair else None)
        if len({owner for owner in probe.sequence_ids if owner is not None}) == wanted:
            return probe
    raise ValueError("the tokenizer makes no token of `a`, `的`, `0` or `.`")
