"""A training document without the spans that held-out rows share with it, as in Brown et al. 2020, appendix C."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.contamination import NgramIndex
from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.ngrams import search


def spans_in(text: str, index: NgramIndex, common_E: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where n-grams that are not common stand in a text, in characters; overlapping ones joined, in order."""
    bytes_U, offsets_N1 = utf8(pa.array([text], pa.large_string()))
    hits = search(bytes_U, offsets_N1, index.entries)
    counts = ~common_E[hits.entries_H] if not common_E[hits.entries_H].all() else np.ones(len(hits.entries_H), bool)
    data = text.encode()
    found: list[tuple[int, int]] = []
    chars, place = 0, 0
    for begin, end in _joined(
        sorted(zip(hits.begins_H[counts].tolist(), hits.ends_H[counts].tolist(), strict=True)), 0
    ):
        start = chars + len(data[place:begin].decode())
        chars = start + len(data[begin:end].decode())
        found.append((start, chars))
        place = end
    return found


def _joined(spans: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin <= found[-1][1] + gap:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def without(text: str, spans: list[tuple[int, int]], rule: Contamination) -> str | None:
    """The text without spans and a margin around each, its pieces parted by a blank line.

    Args:
        text: the document.
        spans: in characters, in order.
        rule: its margin, the shortest piece, and how many pieces there may be.

    Returns:
        None when nothing is left, or the text would be cut into too many pieces.
    """
    wide = [(max(0, begin - rule.margin_chars), min(len(text), end + rule.margin_chars)) for begin, end in spans]
    gone = _joined(wide, 0)
    borders = [0, *(place for span in gone for place in span), len(text)]
    pieces = [text[begin:end].strip() for begin, end in zip(borders[::2], borders[1::2], strict=True)]
    if sum(bool(piece) for piece in pieces) > rule.max_pieces:
        return None
    kept = [piece for piece in pieces if piece and len(piece) >= rule.min_piece_chars]
    return "\n\n".join(kept) or None
