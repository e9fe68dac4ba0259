"""How fast and how large a model and its release are, measured side by side for `notes/speed.json`."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from leafout.core.device import chip, cores
from leafout.inference.load import Classifier, Generator
from leafout.tasks.example import Example

_ALONE = 30
_NEW_TOKENS = 32
_PROMPT_CHARS = 40
_WEIGHTS = ("model.onnx", "model.safetensors")


def speeds(before: Classifier, after: Classifier, texts: Sequence[str], pairs: Sequence[str] | None) -> dict[str, Any]:
    """Texts/s in a stream, milliseconds of one text, and megabytes, of a model and its release.

    The two run in turn, twice, and the better time of each counts; tokenising is not timed.
    """
    examples = before.encode(texts, pairs)
    sides = {"model": before, "release": after}

    def seconds_for(rows: Sequence[Example], name: str) -> float:
        start = time.perf_counter()
        sides[name].logits(rows)
        return time.perf_counter() - start

    seconds = best_of(sides, lambda name: seconds_for(examples, name))
    seconds_alone = best_of(sides, lambda name: median(seconds_for([row], name) for row in examples[:_ALONE]))
    found: dict[str, Any] = {
        name: {
            "megabytes": megabytes(side.release.path),
            "texts_per_second": round(len(texts) / seconds[name], 1),
            "milliseconds_alone": round(seconds_alone[name] * 1000, 3),
        }
        for name, side in sides.items()
    }
    mean_tokens = sum(len(example.ids) for example in examples) / max(len(texts), 1)
    return {**found, "num_texts": len(texts), "mean_tokens": round(mean_tokens, 1), "cores": cores(), "chip": chip()}


def causal_speeds(before: Generator, after: Generator, prompts: Sequence[str]) -> dict[str, Any]:
    """Tokens/s of writing after one prompt and after eight at once, and megabytes, of a model and its release."""
    sides = {"model": before, "release": after}
    found: dict[str, Any] = {name: {"megabytes": megabytes(side.release.path)} for name, side in sides.items()}
    for count in (1, 8):
        given = [prompts[place % len(prompts)][:_PROMPT_CHARS] for place in range(count)]

        def write(name: str, given: Sequence[str] = given) -> float:
            start = time.perf_counter()
            written = sides[name].generate(given, max_new_tokens=_NEW_TOKENS, temperature=1.0)
            return (time.perf_counter() - start) / max(sum(part.num_tokens for part in written), 1)

        for name, seconds in best_of(sides, write).items():
            found[name][f"tokens_per_second_{count}"] = round(1 / seconds, 1)
    return {**found, "cores": cores(), "chip": chip()}


def best_of(names: Iterable[str], work: Callable[[str], float]) -> dict[str, float]:
    """The least of two results of each, taken in turn so that a busy moment hits all alike."""
    rounds = [{name: work(name) for name in names} for _ in range(2)]
    return {name: min(result[name] for result in rounds) for name in names}


def megabytes(folder: Path) -> float:
    """The weight files of a folder, in 10^6 bytes."""
    return round(sum((folder / name).stat().st_size for name in _WEIGHTS if (folder / name).exists()) / 1e6, 3)
