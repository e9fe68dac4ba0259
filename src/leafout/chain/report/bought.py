"""What pre-training bought: an exam of the pre-trained model beside one of its twin from random weights.

Two exams of a chain are twins when they were taken on the same test rows and the `finetune` behind one of them began
from fresh weights (`init: random`) while the other's did not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from leafout.core.artifact import Artifact


@dataclass(frozen=True)
class Bought:
    """The difference that pre-training made on one exam.

    Attributes:
        pretrained, random: the steps of the two exams.
        score: the figure that is compared.
        before, after: its value from random weights and from pre-trained ones.
        difference: after minus before; `low` and `high` bound its 95 % interval, None where rows are not at hand.
        rows: answered by both.
        words: the same as a sentence.
    """

    pretrained: str
    random: str
    score: str
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    rows: int
    words: str

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def bought(artifacts: Mapping[str, Artifact]) -> list[Bought]:
    """Compare every pair of twins among the steps of a chain.

    Args:
        artifacts: by step.
    """
    return [_compare(one, other, artifacts) for one, other in twins(artifacts)]


def twins(artifacts: Mapping[str, Artifact]) -> Iterator[tuple[str, str]]:
    """(step of the pre-trained exam, step of the random one), on the same rows and by the same way to the exam."""
    ways = {name: _way(exam, artifacts) for name, exam in artifacts.items() if exam.stage == "evaluate"}
    for name, way in ways.items():
        for other, twin in ways.items():
            same_rows = artifacts[name].inputs.get("rows") == artifacts[other].inputs.get("rows")
            if (
                way
                and twin
                and way[-1] == "pretrained"
                and twin[-1] == "random"
                and way[:-1] == twin[:-1]
                and same_rows
            ):
                yield name, other


def _way(exam: Artifact, artifacts: Mapping[str, Artifact]) -> tuple[str, ...]:
    """The stages from an exam back to `finetune`, and what that began from; empty where there is no `finetune`."""
    by_digest = {one.digest: one for one in artifacts.values()}
    stages: list[str] = []
    here: Artifact | None = exam
    while here is not None:
        stages.append(here.stage)
        if here.stage == "finetune":
            return (*stages, str(here.config.get("init", "pretrained")))
        here = by_digest.get(here.inputs.get("release") or here.inputs.get("model") or "")
    return ()


def _compare(pretrained: str, random: str, artifacts: Mapping[str, Artifact]) -> Bought:
    from leafout.chain.paired import compare_exams

    after, before = artifacts[pretrained], artifacts[random]
    paired = compare_exams(before, after)
    score = "macro_f1" if "macro_f1" in after.metrics else "accuracy"
    values = before.metrics.get(score, 0.0), after.metrics.get(score, 0.0)
    low = high = None
    rows = 0
    difference = values[1] - values[0]
    if paired is not None and score in paired.differences:
        found = paired.differences[score]
        difference, low, high, rows = found["value"], found["low"], found["high"], paired.rows
    words = sentence(score, *values, difference, low, high)
    return Bought(pretrained, random, score, *values, round(difference, 6), low, high, rows, words)


def sentence(score: str, before: float, after: float, difference: float, low: float | None, high: float | None) -> str:
    """What the figures mean, in plain words, also when it is nothing."""
    name = score.replace("_", " ")
    said = f"{name} is {after:.3f} after pre-training and {before:.3f} from random weights"
    if low is None or high is None:
        return f"{said}, a difference of {difference:+.3f}; whether that is chance was not measured."
    bounds = f"{difference:+.3f}, with a 95 % interval from {low:+.3f} to {high:+.3f}"
    if low > 0:
        return f"Pre-training helped: {said}; the difference is {bounds}."
    if high < 0:
        return f"Pre-training did harm here: {said}; the difference is {bounds}."
    return f"Pre-training bought nothing that can be told from chance here: {said}; the difference is {bounds}."
