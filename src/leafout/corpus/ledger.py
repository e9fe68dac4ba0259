"""The ledger of a data stage: what came in, what went out, and the reason of everything between."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from leafout.core.artifact import NOTES
from leafout.core.durable import write_json

_SAMPLE_CHARS = 200
_FIRST_REJECTS = 3
_MAX_WRITTEN = 100_000
"""Rejects written in full; more are still counted."""


class Ledger:
    """Counts every row once: kept, rejected, dropped or merged; and edits, which lose nothing.

    Args:
        out: the artifact's folder; `notes/funnel.json` and `notes/rejects.jsonl` are written there.
    """

    def __init__(self, out: Path) -> None:
        self.read = 0
        self.kept = 0
        self.merged = 0
        self.rejected: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.edited: Counter[str] = Counter()
        self.first_rejects: list[str] = []
        self._notes = out / NOTES
        self._notes.mkdir(parents=True, exist_ok=True)
        self._rejects = (self._notes / "rejects.jsonl").open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rejects.close()
        if kind is None:
            if not (self._notes / "rejects.jsonl").stat().st_size:
                (self._notes / "rejects.jsonl").unlink()
            assert self.adds_up(), self.counts()
            write_json(self._notes / "funnel.json", self.counts())

    def reject(self, file: str, line: int | None, reason: str, sample: str = "") -> None:
        """Count a row that could not be read, and write it down."""
        self.read += 1
        self.rejected[reason.split(":", maxsplit=1)[0]] += 1
        if len(self.first_rejects) < _FIRST_REJECTS:
            self.first_rejects.append(f"{file}:{line}: {reason}")
        if self.rejected.total() <= _MAX_WRITTEN:
            shown = sample[:_SAMPLE_CHARS].encode("utf-8", "replace").decode()
            entry = {"file": file, "line": line, "reason": reason, "sample": shown}
            self._rejects.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def skip(self, reason: str) -> None:
        """Count a row that was read and is left out."""
        self.read += 1
        self.dropped[reason.split(":", maxsplit=1)[0]] += 1

    def leave_out(self, reason: str, count: int) -> None:
        """Move rows that were counted as kept to those left out."""
        if count:
            self.kept -= count
            self.dropped[reason] += count

    def take(self, part: Path, *, later: bool = False) -> None:
        """Add what the ledger of a part counted and wrote, in the part's own `notes/`.

        Args:
            part: its folder.
            later: its rows are among those that this ledger has as kept already.
        """
        counts = json.loads((part / NOTES / "funnel.json").read_text(encoding="utf-8"))
        before = self.rejected.total()
        self.read += 0 if later else counts["read"]
        self.kept += counts["kept"] - (counts["read"] if later else 0)
        self.merged += counts["merged"]
        for mine, name in ((self.rejected, "rejected"), (self.dropped, "dropped"), (self.edited, "edited")):
            mine.update(counts[name])
        rejects = part / NOTES / "rejects.jsonl"
        if rejects.exists() and before < _MAX_WRITTEN:
            with rejects.open(encoding="utf-8") as lines:
                for line in islice(lines, _MAX_WRITTEN - before):
                    self._rejects.write(line)
                    if len(self.first_rejects) < _FIRST_REJECTS:
                        row = json.loads(line)
                        self.first_rejects.append(f"{row['file']}:{row['line']}: {row['reason']}")

    def counts(self) -> dict[str, int | dict[str, int]]:
        """The funnel."""
        return {
            "read": self.read,
            "kept": self.kept,
            "rejected": dict(sorted(self.rejected.items())),
            "dropped": dict(sorted(self.dropped.items())),
            "merged": self.merged,
            "edited": dict(sorted(self.edited.items())),
        }

    def adds_up(self) -> bool:
        """Read = kept + rejected + dropped + merged."""
        return self.read == self.kept + self.rejected.total() + self.dropped.total() + self.merged
