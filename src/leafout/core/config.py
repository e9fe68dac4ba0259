"""The base of everything users write: typed, frozen, documented field by field, with errors that say what to type.

A config is a pydantic model. The string under a field is its documentation: the CLI help, the reference page and the
editor schema are made from it.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from leafout.core.errors import LeafoutError


class Config(BaseModel):
    """Base of every config; unknown keys, NaN and values out of range are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=True,
        protected_namespaces=(),
    )

    @classmethod
    def read(cls, values: Mapping[str, Any], *, where: str = "") -> Self:
        """Make a config from plain values.

        Args:
            values: what the user wrote.
            where: the place to name in an error.

        Raises:
            LeafoutError: naming the first wrong key, why, and the nearest known key.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _explained(cls, error, where) from None

    def plain(self) -> dict[str, Any]:
        """The filled-in config as JSON-ready values, every default written out."""
        return self.model_dump(mode="json")

    def outside(self, root: Path) -> dict[str, Path]:  # noqa: ARG002
        """The outside files this config names, by the name the payload gives them; their bytes enter the key.

        Args:
            root: the folder that relative paths start from.
        """
        return {}


def _explained(cls: type[BaseModel], error: ValidationError, where: str) -> LeafoutError:
    first = error.errors(include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    place = f"{where} [{'.'.join(path)}]" if where else f"[{'.'.join(path)}]"
    if first["type"] == "extra_forbidden":
        known = known_keys(cls, path[:-1])
        near = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(f'`{k}`' for k in known)}"
        return UnknownKeyError(f"unknown key `{path[-1]}`", where=place, hint=hint, path=path)
    if first["type"] == "missing":
        return WrongValueError(f"`{path[-1]}` is required", where=place, hint=f"add `{path[-1]}: ...`", path=path)
    text = first["msg"].removeprefix("Value error, ")
    said = text[:1].lower() + text[1:]
    name = path[-1] if path else cls.__name__
    return WrongValueError(
        f"`{name}` is {_quoted(first['input'])}: {said}", where=place, hint=_field_help(cls, path), path=path
    )


class ConfigError(LeafoutError):
    """A config that cannot be used; `path` leads to the key so that a reader of files can add the line."""

    def __init__(self, message: str, *, where: str = "", hint: str = "", path: list[str] | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.path = path or []


class UnknownKeyError(ConfigError):
    """A key that no field has."""


class WrongValueError(ConfigError):
    """A value that its field does not take, or one that is missing."""


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def known_keys(cls: type[BaseModel], path: list[str]) -> list[str]:
    """The keys that a config takes at a path of nested configs."""
    model = _model_at(cls, path)
    return [] if model is None else list(model.model_fields)


def _field_help(cls: type[BaseModel], path: list[str]) -> str:
    for end in range(len(path), 0, -1):
        model = _model_at(cls, path[: end - 1])
        field = None if model is None else model.model_fields.get(path[end - 1])
        if field is not None and field.description:
            return f"`{path[end - 1]}`: {field.description}"
    return ""


def _model_at(cls: type[BaseModel], path: list[str]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = cls
    for part in path:
        field = None if model is None else model.model_fields.get(part)
        model = None if field is None else nested_model(field.annotation)
    return model


def nested_model(annotation: Any) -> type[BaseModel] | None:
    """The config inside an annotation such as `X`, `X | None` or `tuple[X, ...]`; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        model = nested_model(part)
        if model is not None:
            return model
    return None
