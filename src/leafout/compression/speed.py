"""How fast and how large a model and its release are, measured side by side for `notes/speed.json`."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leafout.core.device import chip, cores
from leafout.inference.load import Classifier
from leafout.tasks.example import Example

_ALONE = 30
_WEIGHTS = ("model.onnx", "model.safetensors")


def speeds(model: Classifier, release: Classifier, texts: Sequence[str], pairs: Sequence[str] | None) -> dict[str, Any]:
    """Texts/s in a stream, milliseconds of one text, and megabytes, of both sides.

    The two run in turn, twice, and the better time of each counts; tokenising is not timed.
    """
    sides = {"model": model, "release": release}
    examples = {name: side.encode(texts, pairs) for name, side in sides.items()}
    found: dict[str, Any] = {name: {"megabytes": megabytes(side.release.path)} for name, side in sides.items()}
    best = {name: [float("inf"), float("inf")] for name in sides}
    for _ in range(2):
        for name, side in sides.items():
            best[name][0] = min(best[name][0], _seconds(side, examples[name]))
            best[name][1] = min(best[name][1], _seconds_alone(side, examples[name][:_ALONE]))
    for name, (together, alone) in best.items():
        found[name]["texts_per_second"] = round(len(texts) / together, 1)
        found[name]["milliseconds_alone"] = round(alone * 1000, 3)
    mean_tokens = sum(len(example.ids) for example in examples["release"]) / max(len(texts), 1)
    return {**found, "num_texts": len(texts), "mean_tokens": round(mean_tokens, 1), "cores": cores(), "chip": chip()}


def megabytes(folder: Path) -> float:
    """The weight files of a folder, in 10^6 bytes."""
    return round(sum((folder / name).stat().st_size for name in _WEIGHTS if (folder / name).exists()) / 1e6, 3)


def _seconds(classifier: Classifier, examples: Sequence[Example]) -> float:
    start = time.perf_counter()
    classifier.logits(examples)
    return time.perf_counter() - start


def _seconds_alone(classifier: Classifier, examples: Sequence[Example]) -> float:
    times = []
    for example in examples:
        start = time.perf_counter()
        classifier.logits([example])
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] if times else 0.0
