"""Documents cut at the borders of sentences, so that none has more than so many tokens.

Legend: S sentences, D documents, E documents after cutting.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


class Cut(NamedTuple):
    """Cut documents; the tokens themselves stay where they are.

    Attributes:
        lengths_S: tokens of each sentence.
        sentences_E: sentences of each document.
        origin_E: the document that each came from.
        documents: how many were cut.
        sentences: how many sentences were longer than a document may be, and were cut themselves.
    """

    lengths_S: Int64
    sentences_E: Int64
    origin_E: Int64
    documents: int
    sentences: int


def cut(lengths_S: Int64, sentences_D: Int64, max_tokens: int) -> Cut:
    """Cut documents of more than `max_tokens`: as many whole sentences as fit, then the next document.

    Args:
        lengths_S: tokens of each sentence, none 0.
        sentences_D: sentences of each document.
        max_tokens: of a document; 0 cuts nothing.
    """
    documents = np.arange(len(sentences_D), dtype=np.int64)
    if not max_tokens or not len(lengths_S):
        return Cut(lengths_S, sentences_D, documents, 0, 0)
    long = np.flatnonzero(lengths_S > max_tokens)
    owner_S = np.repeat(documents, sentences_D)
    if len(long):
        pieces_S = -(-lengths_S // max_tokens)
        owner_S = np.repeat(owner_S, pieces_S)
        lengths = np.full(int(pieces_S.sum()), max_tokens, np.int64)
        lengths[np.cumsum(pieces_S) - 1] = lengths_S - (pieces_S - 1) * max_tokens
        lengths_S = lengths
        sentences_D = np.bincount(owner_S, minlength=len(documents))
    tokens_D = np.bincount(owner_S, lengths_S, minlength=len(documents))
    sentences: list[int] = []
    origins: list[int] = []
    ends_D = np.cumsum(sentences_D)
    for document in documents.tolist():
        first, last = int(ends_D[document] - sentences_D[document]), int(ends_D[document])
        whole = tokens_D[document] <= max_tokens
        counts = [last - first] if whole else _filled(lengths_S[first:last].tolist(), max_tokens)
        sentences += counts
        origins += [document] * len(counts)
    return Cut(
        lengths_S,
        np.array(sentences, np.int64),
        np.array(origins, np.int64),
        int((tokens_D > max_tokens).sum()),
        len(long),
    )


def _filled(lengths: list[int], max_tokens: int) -> list[int]:
    """How many sentences in turn fit."""
    counts, room = [0], max_tokens
    for length in lengths:
        if length > room:
            counts.append(0)
            room = max_tokens
        counts[-1] += 1
        room -= length
    return counts
