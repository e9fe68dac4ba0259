"""`@stage` marks a plain function as a verb of the chain; it never wraps it.

A stage's parameters before `*` are its inputs, each a folder: `Path` (required), `Path | None` (optional),
`Sequence[Path]` (one or more) or `Sequence[Path] = ()` (any number). After it come `out`, `config` and `run`:

    @stage(version=1)
    def clean(documents: Sequence[Path], *, out: Path, config: CleanConfig, run: Run = QUIET) -> dict[str, float]: ...
"""

import importlib
import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.verbs import STAGES

StageFunction = Callable[..., dict[str, float]]
F = TypeVar("F", bound=StageFunction)
Kind = Literal["one", "optional", "many", "any"]


@dataclass(frozen=True)
class StageInfo:
    """What the chain knows of a stage without calling it.

    Attributes:
        name: the verb.
        function: the function itself.
        version: bumped when the output of equal work changes; part of the key.
        resumable: whether an interrupted `out` folder is handed back as it was.
        seeded: whether `run.seed` is part of the key.
        inputs: the name and kind of each input, in order.
        config: the class of its config.
    """

    name: str
    function: StageFunction
    version: int
    resumable: bool
    seeded: bool
    inputs: dict[str, Kind]
    config: type[Config]


def stage(*, version: int, resumable: bool = False, seeded: bool = False) -> Callable[[F], F]:
    """Mark a function as a stage.

    Args:
        version: raise it when the output of equal work changes.
        resumable: the stage checkpoints; any other starts in an empty folder.
        seeded: the stage draws random numbers from `run.seed`.
    """

    def mark(function: F) -> F:
        function.__stage__ = (version, resumable, seeded)  # type: ignore[attr-defined]
        return function

    return mark


def stage_info(name: str) -> StageInfo:
    """Look a stage up by its verb, or by `package.module:function`.

    Raises:
        LeafoutError: when there is no such stage.
    """
    function = _function_of(name)
    version, resumable, seeded = function.__stage__  # type: ignore[attr-defined]
    hints = typing.get_type_hints(function)
    inputs: dict[str, Kind] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            kind = _kind_of(hints[parameter.name])
            has_default = parameter.default is not inspect.Parameter.empty
            inputs[parameter.name] = "any" if kind == "many" and has_default else kind
    return StageInfo(
        name=function.__name__,
        function=function,
        version=version,
        resumable=resumable,
        seeded=seeded,
        inputs=inputs,
        config=hints["config"],
    )


def _function_of(name: str) -> StageFunction:
    target = STAGES.get(name, name)
    module, _, attribute = target.partition(":")
    if not attribute:
        raise LeafoutError(
            f"unknown stage `{name}`", hint=f"stages: {', '.join(STAGES)}; or `package.module:function` for your own"
        )
    try:
        function: StageFunction = getattr(importlib.import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise LeafoutError(f"cannot load stage `{name}`: {error}", hint="check the module and function name") from None
    if not hasattr(function, "__stage__"):
        raise LeafoutError(f"`{name}` is not a stage", hint="mark the function with @stage(version=1)")
    return function


def _kind_of(annotation: Any) -> Kind:
    if annotation is Path:
        return "one"
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return "optional"
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return "many"
    raise TypeError(f"an input of a stage is Path, Path | None or Sequence[Path], not {annotation}")
