"""What is written down while a model learns: lines of JSON that a resume never doubles, handed on to trackers."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leafout.core.durable import write_whole
from leafout.training.tracking import Tracking


class JsonLines:
    """A file of JSON lines, each with a `step`; opened again, it ends where the checkpoint stands.

    Args:
        path: the file; its folder exists.
        step: lines of later steps, and a torn last line, are dropped.
    """

    def __init__(self, path: Path, *, step: int) -> None:
        self.path = path
        write_whole(path, b"".join(_lines_until(path, step)))
        self._file = path.open("ab", buffering=0)  # a few lines a second, for whoever follows the file

    def write(self, values: Mapping[str, Any]) -> None:
        """Add a line; a number that is not finite becomes null."""
        self._file.write((json.dumps(_finite(values), ensure_ascii=False, allow_nan=False) + "\n").encode())

    def sync(self) -> None:
        """Force the lines to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


def _lines_until(path: Path, step: int) -> list[bytes]:
    kept: list[bytes] = []
    if path.exists():
        for line in path.read_bytes().splitlines(keepends=True):
            try:
                if int(json.loads(line)["step"]) > step or not line.endswith(b"\n"):
                    break
            except (ValueError, KeyError, TypeError):
                break
            kept.append(line)
    return kept


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }


class Records:
    """The notes of one training: `metrics.jsonl` and `samples.jsonl`.

    Args:
        notes: the folder.
        step: where training goes on; later lines are dropped.
        tracking: gets the figures too.
    """

    def __init__(self, notes: Path, *, step: int, tracking: Tracking | None = None) -> None:
        notes.mkdir(parents=True, exist_ok=True)
        self._tracking = tracking
        self.metrics = JsonLines(notes / "metrics.jsonl", step=step)
        self.samples = JsonLines(notes / "samples.jsonl", step=step)

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Write down the figures of a step."""
        self.metrics.write({"step": step, **values})
        if self._tracking is not None:
            self._tracking.figures(step, values)

    def sync(self) -> None:
        """Force all lines to the disk, before a checkpoint says that they are there."""
        self.metrics.sync()
        self.samples.sync()

    def close(self) -> None:
        """Write what is left."""
        self.metrics.close()
        self.samples.close()
        if self._tracking is not None:
            self._tracking.close()
