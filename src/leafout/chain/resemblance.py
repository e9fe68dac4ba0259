"""Training documents, and those that resemble a given text: overlap of character n-grams, nothing learned."""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Found:
    """A document and where it came from.

    Attributes:
        used: what it was used for: `rows`, `text`, `documents`.
        folder: of the Parquet files that hold it.
        id, source, line, label, text: of the document.
        similarity: to the asked text, 0 to 1; None when none was asked.
    """

    used: str
    folder: Path
    id: str
    source: str
    line: int | None
    label: str | None
    text: str
    similarity: float | None = None

    @property
    def place(self) -> str:
        """`source:line`."""
        return self.source if self.line is None else f"{self.source}:{self.line}"


def first_documents(folders: Sequence[tuple[str, Path]], count: int) -> list[Found]:
    """A fixed sample of each folder: the documents whose ids, which are digests of their texts, come first."""
    found = []
    for used, folder in folders:
        found += heapq.nsmallest(count, _documents(used, folder), key=lambda one: one.id)
    return found


def nearest_documents(
    folders: Sequence[tuple[str, Path]],
    text: str,
    count: int,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Found]:
    """The documents most like a text, best first.

    Args:
        folders: where to look, each with what it was used for.
        text: what to resemble.
        count: how many.
        progress: called with the number of documents read so far.

    Returns:
        Those that share anything, by the cosine of their sets of n-grams. One pass, memory for `count` documents.
    """
    wanted = grams(text)
    best: list[tuple[float, int, Found]] = []
    number = 0
    for used, folder in folders:
        for one in _documents(used, folder):
            number += 1
            if number % 1000 == 0:
                progress(number)
            score = similarity(wanted, grams(one.text))
            if score > 0 and (len(best) < count or (score, -number) > best[0][:2]):
                (heapq.heappush if len(best) < count else heapq.heappushpop)(best, (score, -number, one))
    return [_scored(one, score) for score, _, one in sorted(best, key=lambda entry: entry[:2], reverse=True)]


def _scored(one: Found, score: float) -> Found:
    return Found(one.used, one.folder, one.id, one.source, one.line, one.label, one.text, round(score, 4))


def grams(text: str) -> frozenset[str]:
    """Pairs of Chinese characters, and runs of three letters inside words, case folded."""
    found: set[str] = set()
    for word in text.casefold().split():
        marked = f"^{word}$"
        found.update(marked[at : at + 3] for at in range(len(marked) - 2))
        found.update(
            word[at : at + 2] for at in range(len(word) - 1) if word[at] > "\u2e7f" and word[at + 1] > "\u2e7f"
        )
    return frozenset(found)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """The cosine of two sets: shared over the geometric mean of their sizes."""
    if not one or not other:
        return 0.0
    return len(one & other) / math.sqrt(len(one) * len(other))


def _documents(used: str, folder: Path) -> Iterator[Found]:
    from leafout.corpus.documents import read_batches

    columns = ["id", "source", "line", "label", "text", "text_b"]
    for batch in read_batches(folder, columns=columns):
        for row in batch.to_pylist():
            text = row["text"] if row["text_b"] is None else f"{row['text']} ⟂ {row['text_b']}"
            yield Found(used, folder, row["id"], row["source"] or "", row["line"], row["label"], text)
