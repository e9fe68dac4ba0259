"""Update: a candidate and the release that serves take the same exam; promote or keep, with the reason in words."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage

if TYPE_CHECKING:
    from leafout.core.artifact import Artifact
    from leafout.maintenance.decision import Decision


class UpdateConfig(Config):
    """What a candidate must do to replace the release that serves."""

    metric: Literal["macro_f1", "accuracy"] = "macro_f1"
    """What classifiers are compared by; generators are compared by bits per byte."""
    min_gain: float = Field(default=-0.01, ge=-1, le=1)
    """Least gain: the lower end of its 95 % interval must reach it; negative accepts so small a loss."""
    gates: dict[str, str] = {}
    """Limits that the candidate's exam must keep, such as {macro_f1: ">= 0.80"}."""
    exam: dict[str, Any] = {}
    """Config of the `evaluate` that both take; empty for its defaults."""


@stage(version=1, seeded=True)
def update(
    release: Path, rows: Path, champion: Path | None, *, out: Path, config: UpdateConfig, run: Run = QUIET
) -> dict[str, float]:
    """Decide whether a candidate replaces the champion. The registry is left alone: the chain applies the decision.

    Args:
        release: the candidate.
        rows: a split, whose locked test is the exam.
        champion: the release that serves; None when nothing does.
        out: receives `decision.json`.
        config: see its fields.
        run: grows the two exams; its seed draws the bootstrap.

    Returns:
        `promote` (0 or 1) and, where two were compared, `rows`, `candidate`, `champion`, `gain`, `gain_low`,
        `gain_high`.

    Raises:
        LeafoutError: when the candidate cannot take the exam, or a gate names a figure that the exam has not.
    """
    from leafout.core.durable import write_json
    from leafout.evaluation.gates import check_gates
    from leafout.maintenance.decision import Decision, gates_reason
    from leafout.serving.releases import identity

    exam = run.grow("evaluate", config.exam, {"release": release, "rows": rows})
    failures = check_gates(exam.metrics, config.gates)
    digest = identity(release)[1]
    said: dict[str, Any] = {"release": digest, "exam": exam.key, "gates": config.gates, "failures": failures}
    if failures:
        decision = Decision(promote=False, reason=gates_reason(failures))
    elif champion is None:
        decision = Decision(promote=True, reason="there is no champion, and every gate holds")
    elif identity(champion)[1] == digest:
        decision = Decision(promote=False, reason="the candidate is the release that serves already")
    else:
        decision, beside = _beside(exam, champion, rows, config, run)
        said |= beside
    said |= {"decision": "promote" if decision.promote else "keep", "reason": decision.reason}
    write_json(out / "decision.json", said | {"min_gain": config.min_gain})
    run.say(f"{said['decision']}: {decision.reason}")
    return {"promote": float(decision.promote), **_figures(said)}


def _beside(
    exam: "Artifact", champion: Path, rows: Path, config: UpdateConfig, run: Run
) -> "tuple[Decision, dict[str, Any]]":
    """The decision when there is a champion, and what `decision.json` says of it."""
    from leafout.inference.release import read_release
    from leafout.maintenance.decision import Decision, compare, compare_costs, decide
    from leafout.serving.releases import identity

    said: dict[str, Any] = {"champion_release": identity(champion)[1]}
    try:
        other = run.grow("evaluate", config.exam, {"release": champion, "rows": rows})
        if read_release(champion).task == "classify":
            found = compare(exam.path, other.path, metric=config.metric, seed=run.seed)
        else:
            found = compare_costs(exam.path, other.path, seed=run.seed)
    except LeafoutError as error:
        reason = f"the champion cannot be compared: {error.message}; promote by hand if the candidate is what you want"
        return Decision(promote=False, reason=reason), said
    return decide(found, min_gain=config.min_gain), said | {"champion_exam": other.key, "comparison": found.plain()}


def _figures(said: dict[str, Any]) -> dict[str, float]:
    """The figures of a comparison, flat; none without one."""
    found = said.get("comparison")
    if found is None:
        return {}
    figures = {name: float(found[name]) for name in ("rows", "candidate", "champion")}
    return figures | {
        "gain": found["gain"]["value"],
        "gain_low": found["gain"]["low"],
        "gain_high": found["gain"]["high"],
    }
