"""A few rows with the logits they had when the release was made; another machine must reproduce them to serve it.

Kernels differ between chips: x86 without VNNI, for one, adds int8 products with saturation. A release that would answer
differently here is refused when it is loaded, not discovered in service.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.inference.release import Release
from leafout.tasks.example import Example

CANARY = "canary.json"
_MAX_ROWS, _MAX_BYTES = 64, 4 << 20
_TOLERANCE = {"fp32": 1e-3, "bf16": 1e-3, "int8": 0.05}
"""Largest difference as a fraction of the largest logit (of 1 where that is smaller)."""


def write_canary(folder: Path, examples: Sequence[Example], logits: Any) -> None:
    """Write `canary.json` beside a release.

    Args:
        folder: of the release.
        examples: at most 64.
        logits: what the release answers, [rows, labels].
    """
    rows = [
        {"ids": row.ids.tolist(), "segments": row.segments.tolist(), "logits": [round(float(x), 6) for x in found]}
        for row, found in zip(examples, logits, strict=True)
    ]
    write_json(folder / CANARY, {"rows": rows})


def read_canary(release: Release) -> tuple[list[Example], Any]:
    """The examples and logits of a release; none where it has no `canary.json`.

    Raises:
        LeafoutError: when the file is not what `write_canary` writes.
    """
    path = release.path / CANARY
    if not path.exists():
        return [], np.zeros((0, len(release.labels)), np.float32)
    try:
        rows = read_object(path, max_bytes=_MAX_BYTES)["rows"]
        examples = [Example(np.array(row["ids"], np.int32), np.array(row["segments"], np.int8)) for row in rows]
        logits = np.array([row["logits"] for row in rows], np.float32)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise LeafoutError(f"`{CANARY}` is not as it was written: {error!r}", where=str(path)) from None
    shapes = all(row.ids.ndim == 1 and row.ids.shape == row.segments.shape for row in examples)
    lengths = [row.ids.size for row in examples]
    if not shapes or not 1 <= len(rows) <= _MAX_ROWS or min(lengths) < 1 or max(lengths) > release.max_tokens:
        raise LeafoutError(f"`{CANARY}` is not as it was written: rows of {lengths[:8]} tokens", where=str(path))
    if logits.shape != (len(rows), len(release.labels)) or not np.isfinite(logits).all():
        raise LeafoutError(f"`{CANARY}` is not as it was written: logits of {logits.shape}", where=str(path))
    return examples, logits


def refuse_stranger(release: Release, found: Any, wanted: Any) -> None:
    """Refuse a release that answers otherwise here than where it was made.

    Raises:
        LeafoutError: with the difference and the bound.
    """
    if not len(wanted):
        return
    bound = _TOLERANCE[release.precision] * max(1.0, float(np.abs(wanted).max()))
    off = float(np.abs(found - wanted).max())
    if not off <= bound:
        message = f"the release answers otherwise here than where it was made: logits differ by {off:.4f}"
        hint = "damaged weights, or a chip that multiplies int8 another way: export it here, or use `precision: fp32`"
        raise LeafoutError(f"{message}, at most {bound:.4f} may", where=str(release.path), hint=hint)
