"""What an artifact tells of itself: the files of its payload and notes that a person wants to see, read with bounds."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from leafout.core.artifact import Artifact, read_manifest
from leafout.core.errors import LeafoutError

_MAX_JSON_BYTES = 64 << 20
_SAMPLES = 3
_ERRORS = 20
_MAX_LINES = 200_000

OBJECTS = {
    "funnel": "notes/funnel.json",
    "card": "notes/card.json",
    "vocabulary": "notes/vocabulary.json",
    "cost": "notes/cost.json",
    "plan": "notes/plan.json",
    "outcome": "notes/outcome.json",
    "speed": "notes/speed.json",
    "split": "split.json",
    "release": "release.json",
    "parity": "parity.json",
    "exam": "exam.json",
    "decision": "decision.json",
    "watch": "monitor.json",
}
"""Files that are one JSON object, by the name of the evidence."""

LINES = {
    "curves": ("notes/metrics.jsonl", _MAX_LINES),
    "samples": ("notes/samples.jsonl", _MAX_LINES),
    "errors": ("errors.jsonl", _ERRORS),
    "rejects": ("notes/rejects.jsonl", _MAX_LINES),
}
"""Files of JSON lines, and how many lines are read."""


def evidence(artifact: Artifact) -> dict[str, Any]:
    """All that an artifact tells; what it does not hold is absent.

    Returns:
        `files` (bytes by name), the entries of `OBJECTS` and `LINES`, `rejects` and `dropped` as samples by reason,
        `documents` (the first ones), and `unreadable` (names of files that are damaged).
    """
    found: dict[str, Any] = {"files": files_of(artifact)}
    unreadable: list[str] = []

    def read(name: str, file: str, reader: Callable[[Path], Any]) -> None:
        path = artifact.path / file
        if not path.exists():
            return
        try:
            value = reader(path)
        except (LeafoutError, ValueError, OSError, KeyError, TypeError, RecursionError):
            unreadable.append(file)
            return
        if value:
            found[name] = value

    for name, file in OBJECTS.items():
        read(name, file, _object)
    for name, (file, limit) in LINES.items():
        read(name, file, lambda path, limit=limit: list(json_lines(path, limit)))  # type: ignore[misc]
    read("written", "notes/samples.json", _list)
    if "rejects" in found:
        found["rejects"] = _by_reason(found["rejects"])
    read("dropped", "notes/dropped", dropped_samples)
    for side in ("train", "."):
        if "documents" not in found and any((artifact.path / side).glob("part-*.parquet")):
            read("documents", side, document_samples)
    return found | ({"unreadable": unreadable} if unreadable else {})


def files_of(artifact: Artifact) -> dict[str, int]:
    """The files of an artifact with their bytes."""
    return {name: entry["bytes"] for name, entry in sorted(read_manifest(artifact.path)["files"].items())}


def _object(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _MAX_JSON_BYTES:
        raise ValueError("too large")
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise ValueError("no object")
    return values


def _list(path: Path) -> list[Any]:
    """A short list of objects, as an exam writes the texts of a generator."""
    values = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= _MAX_JSON_BYTES else None
    if not isinstance(values, list):
        raise ValueError("no list")
    return [value for value in values if isinstance(value, dict)]


def json_lines(path: Path, limit: int) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, at most `limit`; a torn last line is left out.

    Raises:
        ValueError: when another line is no object.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number >= limit:
                return
            try:
                values = json.loads(line)
            except ValueError:
                if line.endswith("\n"):
                    raise
                return
            if not isinstance(values, dict):
                raise ValueError("no object")
            yield values


def _by_reason(rejects: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in rejects:
        kept = found.setdefault(str(entry.get("reason", "")).split(":", maxsplit=1)[0], [])
        if len(kept) < _SAMPLES:
            kept.append(entry)
    return dict(sorted(found.items()))


def dropped_samples(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The first documents of each reason that `clean` refused."""
    from leafout.corpus.documents import read_batches

    found: dict[str, list[dict[str, Any]]] = {}
    for batch in read_batches(folder, columns=["reason", "text", "source", "line", "label"]):
        full = {reason for reason, kept in found.items() if len(kept) >= _SAMPLES}
        reasons = batch.column("reason").to_pylist()
        for place, reason in enumerate(reasons):
            if reason in full:
                continue
            kept = found.setdefault(reason, [])
            kept.append(_shown(batch.slice(place, 1).to_pylist()[0]))
            if len(kept) >= _SAMPLES:
                full.add(reason)
    return dict(sorted(found.items()))


def document_samples(folder: Path) -> list[dict[str, Any]]:
    """The first documents of a folder."""
    from leafout.corpus.documents import read_batches

    for batch in read_batches(folder, columns=["text", "text_b", "source", "line", "label"], batch_rows=_SAMPLES):
        return [_shown(row) for row in batch.to_pylist()]
    return []


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and name != "reason"}
