"""The review queue: answers that people should look at next."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from leafout.inference.release import Release
from leafout.maintenance.live import Answered

_RANDOM_SHARE = 0.5


def review_queue(
    answers: Sequence[Answered], release: Release, *, count: int, done: Collection[str], seed: int
) -> list[dict[str, Any]]:
    """Answers to label: half of them those that the release is least sure of, half drawn at random.

    The unsure ones teach the next model most; the random ones alone give an honest accuracy.

    Args:
        answers: of the release.
        release: it knows where it abstains.
        count: how many, at most.
        done: ids that have a label already.
        seed: draws the random half.

    Returns:
        Rows that `collect` reads once `label` is filled in, each text once.
    """
    first = {answer.text: answer for answer in reversed(answers) if answer.text is not None and answer.id not in done}
    waiting = sorted(first.values(), key=lambda answer: (answer.confidence, answer.id))
    num_random = min(int(count * _RANDOM_SHARE), max(0, len(waiting) - 1))
    unsure = waiting[: count - num_random]
    rest = waiting[len(unsure) :]
    drawn = np.random.default_rng((seed, 0x2E71E)).permutation(len(rest))[:num_random]
    rows = [_row(answer, release, "") for answer in unsure]
    return rows + [_row(rest[place], release, "random") for place in sorted(drawn.tolist())]


def write_queue(path: Path, queue: Sequence[Mapping[str, Any]]) -> None:
    """Write the queue as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in queue), encoding="utf-8")


def _row(answer: Answered, release: Release, why: str) -> dict[str, Any]:
    text, _, second = (answer.text or "").partition("\t") if release.pair else (answer.text, "", "")
    unsure = "abstained" if release.abstains(answer.label, answer.confidence) else "least sure"
    row: dict[str, Any] = {"id": answer.id, "text": text, "label": None, "predicted": answer.label}
    row |= {"confidence": round(answer.confidence, 6), "why": why or unsure}
    return row | ({"text_b": second} if release.pair else {})
