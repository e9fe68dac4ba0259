"""Which characters a vocabulary must have: the most frequent ones that cover a text."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_CODE_POINTS = 0x110000


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The characters that a vocabulary holds.

    Attributes:
        characters: in order of their code points.
        covered: the share of a text's characters that they are, 0 to 1.
        needed: entries that the wanted coverage takes; more than there was room for when it was not reached.
    """

    characters: tuple[str, ...]
    covered: float
    needed: int


def count_characters(batches: Iterable[Sequence[str]]) -> dict[str, int]:
    """How often each character occurs in all texts; one pass, constant memory."""
    counts = np.zeros(_CODE_POINTS, np.int64)
    for batch in batches:
        codes = np.frombuffer("".join(batch).encode("utf-32-le"), np.uint32)
        found = np.bincount(codes)
        counts[: len(found)] += found
    return {chr(code): int(counts[code]) for code in np.flatnonzero(counts).tolist()}


def normalised(counts: Mapping[str, int], normalise: Callable[[str], str]) -> dict[str, int]:
    """The counts after a normaliser that works character by character; white space is left out."""
    found: Counter[str] = Counter()
    for character, count in counts.items():
        for part in normalise(character):
            if not part.isspace():
                found[part] += count
    return dict(found)


def choose(counts: Mapping[str, int], cost: Callable[[str], int], *, coverage: float, room: int) -> Alphabet:
    """The most frequent characters until they cover `coverage` of the text or their cost fills `room`.

    Ties go by code point, so equal texts give equal alphabets.

    Args:
        counts: how often each character occurs.
        cost: entries of the vocabulary that a character takes.
        coverage: the share of the text to reach, as in SentencePiece's `character_coverage`.
        room: entries at most.
    """
    wanted = coverage * sum(counts.values())
    chosen: list[str] = []
    reached = covered = needed = 0
    for character, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if reached >= wanted:
            break
        reached += count
        needed += cost(character)
        if needed <= room:
            chosen.append(character)
            covered += count
    return Alphabet(tuple(sorted(chosen)), covered / max(sum(counts.values()), 1), needed)
