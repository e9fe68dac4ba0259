"""What a data card says beside the documents: what became of the others, what was changed, copies, leaks, filters.

`write_card` puts it, with the documents' own card, into `notes/card.json` once the other notes of a data stage are
written.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leafout.core.artifact import NOTES
from leafout.core.durable import write_json
from leafout.corpus.card import Card

CARD = "card.json"
VERSION = 1

_MASKED = "masked_"
_EXAMPLES = 10
_EXAMPLE_CHARS = 300


def write_card(out: Path, card: Card, sides: Mapping[str, Card] | None = None) -> None:
    """Write `notes/card.json`.

    Args:
        out: the artifact's folder; its ledger is closed.
        card: of all documents that were written.
        sides: of each side of a split.
    """
    values = {"version": VERSION, "whole": card.plain(), "notes": notes_of(out)}
    if sides is not None:
        values["sides"] = {name: side.plain() for name, side in sides.items()}
    write_json(out / NOTES / CARD, values)


def notes_of(out: Path) -> dict[str, Any]:
    """What the notes of a data stage say, in short; what it did not do is absent.

    Returns:
        `funnel` (read, kept, merged, rejected, dropped), `masked` (places of personal data by kind), `edited` (other
        edits), `duplicates` (documents that went, clusters, the largest), `leaks` and `contamination` (as `split.json`
        has them), `cut` (what repeated inside documents, with examples), `filters` (what was learnt from examples).
    """
    notes = out / NOTES
    funnel = _object(notes / "funnel.json")
    edited = funnel.pop("edited", {})
    masked = {name.removeprefix(_MASKED): count for name, count in edited.items() if name.startswith(_MASKED)}
    split = _object(out / "split.json")
    found = {
        "funnel": funnel,
        "masked": masked,
        "edited": {name: count for name, count in edited.items() if not name.startswith(_MASKED)},
        "duplicates": _duplicates(notes / "near_duplicates.jsonl", funnel.get("dropped", {})),
        "leaks": split.get("leaks", {}),
        "contamination": split.get("contamination", {}),
        "cut": {name: _cut(told) for name, told in _object(notes / "repeats.json").items()},
        "filters": _object(notes / "filters.json"),
    }
    return {name: value for name, value in found.items() if value}


def _object(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _duplicates(path: Path, dropped: Mapping[str, int]) -> dict[str, int]:
    """Documents that went as copies by reason, and the clusters of near ones that are listed (the first 100,000)."""
    reasons = ("duplicate", "near_duplicate", "conflicting_label", "known")
    found = {reason: dropped[reason] for reason in reasons if dropped.get(reason)}
    if not path.exists():
        return found
    clusters, largest = 0, 0
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            clusters += 1
            largest = max(largest, 1 + len(json.loads(line)["dropped"]))
    return found | ({"clusters": clusters, "largest": largest} if clusters else {})


def _cut(told: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a search for repeats, with its commonest examples."""
    examples = [{**one, "text": str(one["text"])[:_EXAMPLE_CHARS]} for one in told.get("examples", [])[:_EXAMPLES]]
    return {**told, "examples": examples}
