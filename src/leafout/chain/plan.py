"""What a run would do: which steps are found, which will be made and why, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leafout.chain.changes import why
from leafout.chain.costs import Cost, guess
from leafout.chain.growing import folder_bytes
from leafout.chain.keys import Work
from leafout.chain.record import read_record, record_name
from leafout.chain.runner import placed, step_work
from leafout.chain.steps import Chain, Step
from leafout.core.artifact import Artifact
from leafout.core.store import Store


@dataclass(frozen=True)
class Planned:
    """What a run would do with a step.

    Attributes:
        step: of the chain.
        state: `found` in the store; `run`: will be made; `unknown`: depends on what steps before it will make.
        why: in words; empty for a step that is found.
        key: of its artifact; empty while unknown.
        artifact: where it is found.
        cost: about what it will cost; None where nothing like it ran here before.
    """

    step: Step
    state: Literal["found", "run", "unknown"]
    why: str = ""
    key: str = ""
    artifact: Artifact | None = None
    cost: Cost | None = None


def plan(chain: Chain, store: Store, steps: Sequence[str] = ()) -> list[Planned]:
    """Look at every step without running any.

    Args:
        chain: the chain.
        store: where artifacts are found.
        steps: only these and what they need; all when empty.

    Raises:
        LeafoutError: when an outside file is missing or an artifact is damaged.
    """
    record = read_record(store.root, record_name(store.root, chain.file))
    last = {} if record is None else record.steps
    found: dict[str, Artifact] = {}
    planned: list[Planned] = []
    for step in chain.needed_for(steps):
        missing = [name for name in step.needs if name not in found]
        if missing:
            changed = why(step, None, last.get(step.name))
            reason = f"depends on {', '.join(missing)}"
            cost = guess(store, step.info.name, step.name, step.config.plain(), None)
            also = f"; {changed}" if changed not in {"", "new"} else ""
            planned.append(Planned(step, "unknown", reason + also, cost=cost))
            continue
        with placed(chain, step):
            work = step_work(store, chain, step, found)
            artifact = store.find(work.key)
        if artifact is not None:
            found[step.name] = artifact
            planned.append(Planned(step, "found", key=work.key, artifact=artifact))
            continue
        reason = why(step, work, last.get(step.name))
        if step.info.resumable and _left(store, work).is_dir():
            reason += ", goes on where it stopped"
        cost = guess(store, step.info.name, step.name, step.config.plain(), _input_bytes(work))
        planned.append(Planned(step, "run", reason, key=work.key, cost=cost))
    return planned


def _left(store: Store, work: Work) -> Path:
    return store.root / "partial" / f"{work.info.name}-{work.key[:16]}"


def _input_bytes(work: Work) -> float:
    folders = [folder.path for many in work.inputs.values() for folder in many]
    return sum(folder_bytes(folder) for folder in folders) + sum(
        path.stat().st_size for path in work.outside_paths.values()
    )
