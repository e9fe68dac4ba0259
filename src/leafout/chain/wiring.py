"""`from:` of a step: which step, folder or slot is which input of its stage."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from leafout.chain.places import Places, nearest
from leafout.core.errors import LeafoutError
from leafout.core.stage import StageInfo

SLOT = "slot:"
REQUIRED = frozenset({"one", "many"})


@dataclass(frozen=True)
class Source:
    """Where an input comes from.

    Attributes:
        kind: a step of the chain, a folder (an artifact, or an outside one such as a local model), or the release
            that serves a slot.
        name: of the step or slot; of the folder, as it was written.
        path: of the folder.
    """

    kind: Literal["step", "folder", "slot"]
    name: str
    path: Path | None = None


def read_inputs(
    step: str, info: StageInfo, written: Any, *, steps: Collection[str], root: Path, places: Places
) -> dict[str, tuple[Source, ...]]:
    """The sources of each input of a step.

    Args:
        step: its name.
        info: its stage.
        written: the value of `from`: one reference, a list, or a table by input name; None when absent.
        steps: the names of all steps.
        root: the folder that relative paths start from.
        places: for messages.

    Raises:
        LeafoutError: for a reference to nothing or to itself, too many, too few, or a wrong input name.
    """
    table, paths = _by_input(step, info, written, places)
    inputs: dict[str, tuple[Source, ...]] = {}
    for name, references in table.items():
        path = (step, "from", *paths[name])
        if info.inputs[name] in {"one", "optional"} and len(references) > 1:
            message = f"`{name}` of `{info.name}` is one input, {len(references)} were given"
            raise LeafoutError(message, where=places.where(path), hint=_usage(info))
        inputs[name] = tuple(
            _source(step, reference, steps=steps, root=root, where=places.where(path)) for reference in references
        )
    for name, kind in info.inputs.items():
        if kind in REQUIRED and not inputs.get(name):
            raise LeafoutError(f"input `{name}` is missing", where=places.where((step,)), hint=_usage(info))
    return {name: inputs[name] for name in info.inputs if name in inputs}


def _by_input(
    step: str, info: StageInfo, written: Any, places: Places
) -> tuple[dict[str, list[Any]], dict[str, tuple[str, ...]]]:
    """References by input name, and the path below `from` of each."""
    if written is None:
        return {}, {}
    if isinstance(written, dict):
        for name in written:
            if name not in info.inputs:
                where = places.where((step, "from", name))
                hint = nearest(name, info.inputs, what=f"inputs of `{info.name}`")
                raise LeafoutError(f"`{info.name}` has no input `{name}`", where=where, hint=hint)
        given = {name: value for name, value in written.items() if value is not None}
        lists = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
        return lists, {name: (name,) for name in given}
    references = written if isinstance(written, list) else [written]
    table = positional(info, len(references))
    if table is None:
        message = f"`{info.name}` takes {len(info.inputs)} inputs, {len(references)} were given"
        raise LeafoutError(message, where=places.where((step, "from")), hint=_usage(info))
    return {name: [references[place] for place in spots] for name, spots in table.items()}, dict.fromkeys(table, ())


def positional(info: StageInfo, count: int) -> dict[str, list[int]] | None:
    """Which of so many references in a row is which input; None when they are too many.

    The first goes to the first input, and so on; an input that takes many takes all that those after it leave.
    """
    names = list(info.inputs)
    table: dict[str, list[int]] = {}
    place = 0
    for number, name in enumerate(names):
        left = count - place
        if left <= 0:
            break
        after = sum(info.inputs[other] in REQUIRED for other in names[number + 1 :])
        take = max(1, left - after) if info.inputs[name] in {"many", "any"} else 1
        table[name] = list(range(place, place + take))
        place += take
    return table if place >= count else None


def _source(step: str, reference: Any, *, steps: Collection[str], root: Path, where: str) -> Source:
    if not isinstance(reference, str) or not reference:
        raise LeafoutError(
            f"`from` names {reference!r:.80}, not a step or folder",
            where=where,
            hint="from: clean, or from: models/bert/",
        )
    if reference == step:
        raise LeafoutError(f"`{step}` takes itself as input", where=where, hint="name the step before it")
    if reference in steps:
        return Source("step", reference)
    if reference.startswith(SLOT):
        from leafout.serving.releases import check_slot

        try:
            return Source("slot", check_slot(reference.removeprefix(SLOT)))
        except LeafoutError as error:
            raise LeafoutError(error.message, where=where, hint=error.hint) from None
    if "\0" not in reference and len(reference) < 4096:
        path = root / Path(reference).expanduser()
        if path.is_dir():
            return Source("folder", reference, path)
        if "/" in reference:
            raise LeafoutError(f"there is no folder `{reference[:200]}`", where=where, hint=f"looked at {path}")
    raise LeafoutError(
        f"no step `{reference[:80]!s}`".replace("\n", "\\n"), where=where, hint=nearest(reference, steps, what="steps")
    )


def _usage(info: StageInfo) -> str:
    marks = {"one": "{}", "optional": "{} (optional)", "many": "{} (one or more)", "any": "{} (any number)"}
    if not info.inputs:
        return f"`{info.name}` takes no input: remove `from`"
    return (
        f"inputs of `{info.name}`: {', '.join(marks[kind].format(f'`{name}`') for name, kind in info.inputs.items())}"
    )
