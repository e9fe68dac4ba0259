"""A chain file, read and checked: steps with their stage, inputs and typed config, in an order that can be run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafout.chain.kinds import check_kind
from leafout.chain.places import Places, nearest, overridden, read_override
from leafout.chain.wiring import Source, read_inputs
from leafout.core.config import Config, ConfigError, UnknownKeyError
from leafout.core.errors import LeafoutError
from leafout.core.spec import Located, parse_yaml, read_yaml
from leafout.core.stage import StageInfo, stage_info
from leafout.core.verbs import STAGES
from leafout.evaluation.gates import read_gate

STEP_KEYS = ("stage", "from", "seed", "gates", "promote", "slot")
"""Keys of a step's table that are the chain's and no config of the stage."""
RESERVED = frozenset({*STEP_KEYS, "in", "out", "config", "store", "set", "run", "chain", "name", "device"})
MAX_SEED = 2**63 - 1
MAX_STEPS = 1000
_STEP_NAME = re.compile(r"\w[\w-]{0,63}\Z")


@dataclass(frozen=True)
class Step:
    """One table of a chain file.

    Attributes:
        name: of the step.
        stage: as it was written: a verb, or `package.module:function`.
        info: what is known of the stage.
        inputs: where each input comes from, by the stage's name for it.
        config: typed, with every default filled in.
        seed: for a seeded stage; the chain's, unless the step has its own.
        gates: limits on an exam's scores; None for any other stage.
        promote: the slot that the examined release takes; empty for none.
        slot: the slot whose champion an `update` compares with, and which it may replace; empty for none.
        where: the place of its table, for messages.
    """

    name: str
    stage: str
    info: StageInfo
    inputs: dict[str, tuple[Source, ...]]
    config: Config
    seed: int
    gates: dict[str, str] | None = None
    promote: str = ""
    slot: str = ""
    where: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The steps whose artifacts it takes."""
        names = [source.name for sources in self.inputs.values() for source in sources if source.kind == "step"]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Chain:
    """A chain file.

    Attributes:
        name: the file's, without its suffix.
        file: its path, as it was given.
        root: the folder that relative paths in it start from.
        seed: where all randomness of its seeded stages comes from.
        steps: by name, each after those it needs.
        places: where each value was written.
    """

    name: str
    file: Path
    root: Path
    seed: int
    steps: dict[str, Step]
    places: Places = field(repr=False, compare=False)

    def needed_for(self, names: Sequence[str]) -> list[Step]:
        """The steps that lead to some of them, in order; all of them when none is named.

        Raises:
            LeafoutError: for a step that the chain has not.
        """
        wanted: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in self.steps:
                raise LeafoutError(
                    f"no step `{name}`", where=str(self.file), hint=nearest(name, self.steps, what="steps")
                )
            if name not in wanted:
                wanted.add(name)
                waiting += self.steps[name].needs
        return [step for step in self.steps.values() if not names or step.name in wanted]


def read_chain(path: Path, sets: Sequence[str] = ()) -> Chain:
    """Read a chain file.

    Args:
        path: the YAML file.
        sets: overrides such as `clean.quality.min_chars=100`.

    Raises:
        LeafoutError: with the place, and what to write instead.
    """
    try:
        located = read_yaml(path)
    except LeafoutError as error:
        error.hint = error.hint or "leafout init classify writes a chain file to begin with"
        raise
    return _chain(located, path, sets)


def parse_chain(text: str, *, file: Path, sets: Sequence[str] = ()) -> Chain:
    """Read a chain from text, as if it stood in a file; see `read_chain`."""
    return _chain(parse_yaml(text, file=str(file)), file, sets)


def _chain(located: Located, path: Path, sets: Sequence[str]) -> Chain:
    overrides = tuple(read_override(text) for text in sets)
    values = overridden(located.values, overrides)
    places = Places(located, overrides)
    seed = _seed(values.pop("seed", 0), places, ("seed",))
    if not values:
        raise LeafoutError("the chain has no steps", where=str(path), hint="leafout init classify writes one")
    if len(values) > MAX_STEPS:
        raise LeafoutError(f"{len(values)} steps, the limit is {MAX_STEPS}", where=str(path))
    for name, table in values.items():
        _check_name(name, table, places)
    root = path.absolute().parent
    steps = {name: _step(name, values, root, seed, places) for name in values}
    for step in steps.values():
        _check_kinds(step, steps, places)
    return Chain(name=path.stem, file=path, root=root, seed=seed, steps=_in_order(steps, places), places=places)


def _check_name(name: str, table: Any, places: Places) -> None:
    if name in RESERVED:
        hint = f"call it `my_{name}` and write `stage: ...` into it"
        raise LeafoutError(
            f"`{name}` means something else and cannot name a step", where=places.where((name,)), hint=hint
        )
    if not _STEP_NAME.match(name):
        raise LeafoutError(
            f"`{name[:80].encode('unicode_escape').decode()}` cannot name a step",
            where=places.where((name,)).partition(" [")[0],
            hint="a step's name has letters, digits, `_` and `-`, at most 64",
        )
    if not isinstance(table, dict):
        raise LeafoutError(
            f"`{name}` is no table", where=places.where((name,)), hint=f"{name}: {{stage: clean, from: ...}}"
        )


def _step(name: str, values: Mapping[str, Any], root: Path, seed: int, places: Places) -> Step:
    table = dict(values[name])
    stage = table.pop("stage", name)
    info = _info(name, stage, "stage" in values[name], places)
    sources = table.pop("from", None)
    gates, promote = _exam_keys(name, info, table, places)
    slot = _slot(name, "slot", info, table, ("update",), places)
    if "seed" in table and "seed" not in info.config.model_fields:
        if not info.seeded:
            hint = f"remove it: `{info.name}` draws no random numbers"
            raise LeafoutError("`seed` has no meaning here", where=places.where((name, "seed")), hint=hint)
        seed = _seed(table.pop("seed"), places, (name, "seed"))
    inputs = read_inputs(name, info, sources, steps=values, root=root, places=places)
    if slot and "champion" in info.inputs and "champion" not in inputs:
        inputs["champion"] = (Source("slot", slot),)
    return Step(
        name=name,
        stage=stage,
        info=info,
        inputs=inputs,
        config=_config(name, info, table, places),
        seed=seed,
        gates=gates,
        promote=promote,
        slot=slot,
        where=places.where((name,)),
    )


def _info(name: str, stage: Any, written: bool, places: Places) -> StageInfo:  # noqa: FBT001 - read two lines above
    where = places.where((name, "stage") if written else (name,))
    if not isinstance(stage, str):
        raise LeafoutError(f"`stage` is {stage!r:.80}, not a name", where=where, hint="stage: clean")
    if stage not in STAGES and ":" not in stage:
        hint = nearest(stage, STAGES, what="stages")
        if not written:
            hint = f"write `stage: ...` into it; {hint}"
        raise LeafoutError(f"unknown stage `{stage[:80]}`", where=where, hint=hint)
    try:
        return stage_info(stage)
    except LeafoutError as error:
        raise LeafoutError(error.message, where=where, hint=error.hint) from None


def _seed(value: Any, places: Places, path: tuple[str, ...]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEED:
        raise LeafoutError(
            f"`seed` is {value!r:.80}, not a whole number from 0 to 2^63", where=places.where(path), hint="seed: 7"
        )
    return value


def _exam_keys(name: str, info: StageInfo, table: dict[str, Any], places: Places) -> tuple[dict[str, str] | None, str]:
    promote = _slot(name, "promote", info, table, ("evaluate",), places)
    gates = table.pop("gates", None) if "gates" not in info.config.model_fields else None
    where = places.where((name, "gates"))
    if gates is not None and info.name != "evaluate":
        raise LeafoutError("`gates` belong to an `evaluate` step", where=where, hint="move them to the exam")
    if not isinstance(gates, dict | None):
        raise LeafoutError(f"`gates` is {gates!r:.80}, not a table", where=where, hint='gates: {macro_f1: ">= 0.80"}')
    for metric, gate in (gates or {}).items():
        try:
            read_gate(metric, gate)
        except LeafoutError as error:
            where, hint = places.where((name, "gates", metric)), error.hint or f'{metric}: ">= 0.80"'
            raise LeafoutError(error.message, where=where, hint=hint) from None
    if info.name == "evaluate":
        return dict(gates or {}), promote
    return None, promote


def _slot(name: str, key: str, info: StageInfo, table: dict[str, Any], stages: tuple[str, ...], places: Places) -> str:
    if key not in table or key in info.config.model_fields:
        return ""
    from leafout.serving.releases import check_slot

    slot, where = table.pop(key), places.where((name, key))
    if info.name not in stages:
        raise LeafoutError(f"`{key}` belongs to an `{stages[0]}` step", where=where, hint="move it there")
    if not isinstance(slot, str):
        raise LeafoutError(f"`{key}` is {slot!r:.80}, not the name of a slot", where=where, hint=f"{key}: sentiment")
    try:
        return check_slot(slot)
    except LeafoutError as error:
        raise LeafoutError(error.message, where=where, hint=error.hint) from None


def _config(name: str, info: StageInfo, table: dict[str, Any], places: Places) -> Config:
    try:
        return info.config.read(table)
    except ConfigError as error:
        where = places.where((name, *error.path))
        hint = error.hint
        if isinstance(error, UnknownKeyError) and len(error.path) == 1:
            hint = nearest(error.path[0], [*info.config.model_fields, *STEP_KEYS[:3]], what="known keys")
        raise LeafoutError(error.message, where=where, hint=hint) from None


def _check_kinds(step: Step, steps: Mapping[str, Step], places: Places) -> None:
    for name, sources in step.inputs.items():
        for source in sources:
            if source.kind == "step":
                made_by = steps[source.name].stage
                where = places.where((step.name, "from", name))
                check_kind(step.stage, name, made_by, source=source.name, where=where)


def _in_order(steps: Mapping[str, Step], places: Places) -> dict[str, Step]:
    """Each step after those it needs, else as in the file (depth first, without recursion)."""
    done: dict[str, Step] = {}
    for start in steps:
        trail = [start]
        while trail:
            step = steps[trail[-1]]
            missing = next((name for name in step.needs if name not in done), None)
            if missing is None:
                done.setdefault(step.name, step)
                trail.pop()
            elif missing in trail:
                circle = [*trail[trail.index(missing) :], missing]
                raise LeafoutError(
                    f"the steps go in a circle: {' -> '.join(circle)}",
                    where=places.where((step.name, "from")),
                    hint=f"let `{circle[-2]}` come from another step",
                )
            else:
                trail.append(missing)
    return done
