"""Flags made from a config: `quality.min_chars` becomes `--quality.min-chars`, its docstring the help."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from leafout.core.config import Config, ConfigError, nested_model
from leafout.core.errors import LeafoutError
from leafout.core.spec import parse_value

C = typing.TypeVar("C", bound=Config)
Form = Literal["value", "text", "switch", "many", "table"]


@dataclass(frozen=True)
class Flag:
    """One flag.

    Attributes:
        path: of the config's field.
        form: `text` is taken as it is, `value` is read as YAML, `many` may be repeated, `switch` is on or off,
            `table` switches a nested config off (`--no-near-dedup`).
        kind: what stands for the value in the help.
        help: the field's docstring and its default.
    """

    path: tuple[str, ...]
    form: Form
    kind: str
    help: str

    @property
    def name(self) -> str:
        """Such as `--quality.min-chars`."""
        return flag_of(self.path)

    @property
    def words(self) -> str:
        """How it is declared to the parser."""
        no = f"--no-{'.'.join(self.path).replace('_', '-')}"
        return {"switch": f"{self.name}/{no}", "table": no}.get(self.form, self.name)


def flag_of(path: tuple[str, ...] | list[str]) -> str:
    """The flag of a field's path."""
    return f"--{'.'.join(path).replace('_', '-')}"


def flags(config: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[Flag]:
    """The flags of a config, those of nested ones after their own line."""
    for name, field in config.model_fields.items():
        path = (*prefix, name)
        inner = nested_model(field.annotation)
        parts = _parts(field.annotation)
        if inner is not None and inner in parts:
            if type(None) in parts:
                text = field.description or ""
                yield Flag(path, "table", "", f"do without: {text}")
            yield from flags(inner, path)
            continue
        form, kind = _form(parts)
        yield Flag(path, form, kind, _help(field))


def option(flag: Flag) -> Any:
    """The annotation that declares a flag to the parser; its default is None."""
    kinds: dict[str, Any] = {"switch": bool | None, "table": bool | None, "many": list[str] | None}
    declared = typer.Option(flag.words, metavar=flag.kind or None, help=flag.help, show_default=False)
    return Annotated[kinds.get(flag.form, str | None), declared]


def declare(function: Callable[..., Any], parameters: Mapping[str, tuple[Any, Any]]) -> None:
    """Give a function of any keywords the signature that the parser reads.

    Args:
        function: takes `**given`.
        parameters: annotation and default of each keyword; `...` for one that must be given.
    """
    made = [
        inspect.Parameter(
            key,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if default is ... else default,
            annotation=annotation,
        )
        for key, (annotation, default) in parameters.items()
    ]
    # functions take one, though their type does not say so
    function.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    function.__annotations__ = {key: annotation for key, (annotation, _) in parameters.items()}


def config_of(config: type[C], given: Mapping[Flag, Any], *, where: str, more: Mapping[str, Any] | None = None) -> C:
    """The config that flags say.

    Args:
        config: its class.
        given: what was written for each flag; None where nothing was.
        where: the verb, for messages.
        more: values that no flag says.

    Raises:
        LeafoutError: naming the flag.
    """
    values: dict[str, Any] = dict(more or {})
    for flag, value in given.items():
        if value is not None and not (flag.form == "table" and not value):
            _put(values, flag, _read(flag, value, where), where)
    try:
        return config.read(values)
    except ConfigError as error:
        named = [part for part in error.path if not part.isdigit()]
        raise LeafoutError(error.message, where=f"{where} {flag_of(named)}", hint=error.hint) from None


def _put(values: dict[str, Any], flag: Flag, value: Any, where: str) -> None:
    here = values
    for part in flag.path[:-1]:
        here = here.setdefault(part, {})
        if here is None:
            no = flag_of(("no", *flag.path[: flag.path.index(part) + 1])).replace("no.", "no-", 1)
            raise LeafoutError(f"`{flag.name}` and `{no}` exclude each other", where=where, hint="give one of them")
    here[flag.path[-1]] = value


def _read(flag: Flag, value: Any, where: str) -> Any:
    if flag.form == "table":
        return None
    if flag.form in {"text", "switch"}:
        return value
    try:
        if flag.form == "many":
            return [word if flag.kind == "TEXT" else parse_value(word) for word in value]
        return parse_value(value)
    except LeafoutError as error:
        hint = error.hint or f"quote it: {flag.name} '...'"
        raise LeafoutError(error.message, where=f"{where} {flag.name}", hint=hint) from None


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the annotation alone."""
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return typing.get_args(annotation)
    return (annotation,)


def _form(parts: tuple[Any, ...]) -> tuple[Form, str]:
    solid = [part for part in parts if part is not type(None)]
    if solid == [bool]:
        return "switch", ""
    if all(part is str for part in solid):
        return "text", "TEXT"
    if len(solid) == 1:
        only, origin = solid[0], typing.get_origin(solid[0])
        if origin is Literal:
            return "text", "|".join(str(word) for word in typing.get_args(only))
        if origin in {tuple, list} and nested_model(only) is None:
            return "many", _form((typing.get_args(only)[0],))[1]
    return "value", _kind(solid)


def _kind(solid: list[Any]) -> str:
    names = {int: "N", float: "X", dict: "{...}", str: "TEXT", tuple: "[...]", list: "[...]", Literal: "WORD"}
    return "|".join(dict.fromkeys(names.get(typing.get_origin(part) or part, "VALUE") for part in solid))


def _help(field: FieldInfo) -> str:
    text = " ".join((field.description or "").split())
    if field.default is PydanticUndefined:
        return f"{text} [required]"
    if field.default is None or field.default in ("", (), [], {}):
        return text
    default = field.default
    if isinstance(default, bool):
        return f"{text} [default: {'yes' if default else 'no'}]"
    return f"{text} [default: {' '.join(map(str, default)) if isinstance(default, tuple) else default}]"
