"""Labels that come after the answer: live accuracy, with an interval."""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.record import ReadOptions, Reject
from leafout.maintenance.live import Answered

_Z = 1.959964
"""Two-sided 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often answers were right, as far as labels say.

    Attributes:
        right, labelled: counts.
        low, high: bounds of the 95 % interval (Wilson 1927).
        unmatched: labels whose id is no answer of this release in these logs.
        confidence: mean confidence of the labelled answers; far below that of all answers, people labelled the hard
            ones, and the accuracy is theirs alone.
    """

    right: int
    labelled: int
    low: float
    high: float
    unmatched: int
    confidence: float

    @property
    def value(self) -> float:
        """The share of right answers."""
        return self.right / self.labelled

    def plain(self) -> dict[str, float | int]:
        """For JSON."""
        return {
            "accuracy": round(self.value, 6),
            "low": round(self.low, 6),
            "high": round(self.high, 6),
            "right": self.right,
            "labelled": self.labelled,
            "unmatched": self.unmatched,
            "confidence": round(self.confidence, 6),
        }


def read_labels(files: Iterable[tuple[str, Path]]) -> dict[str, str]:
    """Label by answer id, from CSV or JSON lines with the columns `id` and `label`; a later one replaces an earlier.

    Rows whose label is empty (a review queue that nobody has finished) are left out.

    Raises:
        LeafoutError: naming the file and line where a column is missing.
    """
    found: dict[str, str] = {}
    for name, path in files:
        for number, row in _rows(name, path):
            if "id" not in row or "label" not in row or not isinstance(row["id"], str):
                message = f"a late label needs `id` and `label`, this row has {', '.join(f'`{key}`' for key in row)}"
                hint = 'columns of a CSV: id,label; of JSON lines: {"id": ..., "label": ...}'
                raise LeafoutError(message[:500], where=f"{name}:{number}", hint=hint)
            if row["label"] not in (None, ""):
                found[row["id"]] = str(row["label"])
    return found


def _rows(name: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = _lines(name, path)
    if ".jsonl" in path.name or ".ndjson" in path.name:
        for number, line in lines:
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise LeafoutError(f"the line is no JSON: {error!s:.80}", where=f"{name}:{number}") from None
            yield number, row if isinstance(row, dict) else {}
        return
    reader = csv.DictReader((line for _, line in lines), delimiter="\t" if ".tsv" in path.name else ",")
    for values in reader:
        yield reader.line_num, {key.strip(): value for key, value in values.items() if isinstance(key, str)}


def _lines(name: str, path: Path) -> Iterator[tuple[int, str]]:
    for found in read_lines(path, ReadOptions(name=name)):
        if isinstance(found, Reject):
            raise LeafoutError(f"the line cannot be read: {found.reason}", where=f"{name}:{found.line}")
        yield found


def live_accuracy(answers: Sequence[Answered], labels: Mapping[str, str]) -> Accuracy | None:
    """How often answers that have a label were right; None where none has."""
    known = {answer.id: answer for answer in answers if answer.id in labels}
    if not known:
        return None
    right = sum(answer.label == labels[name] for name, answer in known.items())
    low, high = wilson(right, len(known))
    confidence = sum(answer.confidence for answer in known.values()) / len(known)
    return Accuracy(right, len(known), low, high, len(labels) - len(known), confidence)


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); good for small counts and shares near 0 and 1."""
    share, bound = right / total, 1 + _Z**2 / total
    middle = (share + _Z**2 / (2 * total)) / bound
    half = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)) / bound
    return max(0.0, middle - half), min(1.0, middle + half)
