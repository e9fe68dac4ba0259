"""Reads YAML 1.2 as data and nothing more: no tags, no aliases, no doubled keys, and a line for every value."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError

MAX_BYTES = 1 << 20
MAX_DEPTH = 32

_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(frozen=True)
class Located:
    """Values read from a file, and where each stands.

    Attributes:
        values: the mapping at the top of the file.
        file: the name to show in messages.
        lines: the 1-based line of each key or item, by its path.
    """

    values: dict[str, Any]
    file: str
    lines: dict[tuple[str | int, ...], int]

    def line(self, path: Sequence[str | int]) -> int | None:
        """The line of a value, or of the nearest one that encloses it."""
        for end in range(len(path), -1, -1):
            line = self.lines.get(tuple(path[:end]))
            if line is not None:
                return line
        return None

    def where(self, path: Sequence[str | int]) -> str:
        """The place to show: `file:line [a.b]`."""
        line = self.line(path)
        dotted = ".".join(str(part) for part in path)
        return f"{self.file}{'' if line is None else f':{line}'}{f' [{dotted}]' if dotted else ''}"


def read_yaml(path: Path) -> Located:
    """Read a spec file.

    Raises:
        LeafoutError: with file and line, for a file that is missing, too large, not UTF-8 or not such YAML.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise LeafoutError(f"cannot read the file: {error.strerror}", where=str(path), hint=_nearby(path)) from None
    if size > MAX_BYTES:
        raise LeafoutError(f"the file has {size} bytes, the limit is {MAX_BYTES}", where=str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LeafoutError(
            f"the file is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            where=str(path),
            hint=f"iconv -f GB18030 -t UTF-8 {path.name} > utf8-{path.name}",
        ) from None
    return parse_yaml(text, file=str(path))


def parse_yaml(text: str, *, file: str = "<text>") -> Located:
    """Read a mapping from YAML text; see `read_yaml`."""
    reader = _Reader(file)
    values = reader.read(text)
    if values is None:
        raise LeafoutError("the file is empty", where=file)
    if not isinstance(values, dict):
        raise LeafoutError(f"the top of the file is a {_kind(values)}, not a mapping", where=f"{file}:1")
    return Located(values, file, reader.lines)


def parse_value(text: str) -> Any:
    """Read one YAML value, as in `--set step.key=VALUE`.

    Raises:
        LeafoutError: when it is no YAML, or has tags or aliases.
    """
    return _Reader("<value>").read(text)


def plain_scalar(text: str) -> Any:
    """What an unquoted word means in the YAML 1.2 core schema (section 10.3.2)."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text) if len(text) < 4000 else text
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEX.match(text):
        return int(text[2:], 16)
    return float(text) if _FLOAT.match(text) else text


class _Reader:
    """Builds values from parser events; keeps the line of each."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[tuple[str | int, ...], int] = {}

    def read(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
        from ruamel.yaml.events import DocumentStartEvent

        try:
            events = YAML(typ="safe", pure=True).parse(text)
            values, documents = None, 0
            for event in events:
                if not isinstance(event, DocumentStartEvent):
                    continue
                documents += 1
                if documents > 1:
                    raise self._error("a second document starts here", event, "one file holds one chain")
                values = self._value(next(events), events, ())
        except MarkedYAMLError as error:
            line = "" if error.problem_mark is None else f":{error.problem_mark.line + 1}"
            raise LeafoutError(f"not YAML: {error.problem}", where=f"{self.file}{line}") from None
        except YAMLError as error:
            raise LeafoutError(f"not YAML: {str(error).splitlines()[0]}", where=self.file) from None
        return values

    def _value(self, event: Any, events: Iterator[Any], path: tuple[str | int, ...]) -> Any:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent

        self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise self._error("aliases (`&`, `*`) are refused", event, "write the value out")
        if event.tag is not None:
            raise self._error(f"tags are refused: `{event.tag}`", event, "remove the tag")
        if len(path) > MAX_DEPTH:
            raise self._error(f"nested deeper than {MAX_DEPTH}", event, "")
        if isinstance(event, ScalarEvent):
            return event.value if event.style else plain_scalar(event.value)
        return self._mapping(events, path) if isinstance(event, MappingStartEvent) else self._list(events, path)

    def _mapping(self, events: Iterator[Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        from ruamel.yaml.events import MappingEndEvent, ScalarEvent

        values: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                raise self._error("a key is a word, not a list or mapping", event, "quote the key")
            key = event.value
            if key in values:
                first = self.lines[(*path, key)]
                raise self._error(f"`{key}` stands twice, first in line {first}", event, "keep one of the two")
            self.lines[(*path, key)] = event.start_mark.line + 1
            values[key] = self._value(next(events), events, (*path, key))
        return values

    def _list(self, events: Iterator[Any], path: tuple[str | int, ...]) -> list[Any]:
        from ruamel.yaml.events import SequenceEndEvent

        values: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            values.append(self._value(event, events, (*path, len(values))))
        return values

    def _error(self, message: str, event: Any, hint: str) -> LeafoutError:
        return LeafoutError(message, where=f"{self.file}:{event.start_mark.line + 1}", hint=hint)


def _kind(value: Any) -> str:
    return {list: "list", str: "text", bool: "truth value", int: "number", float: "number"}.get(type(value), "value")


def _nearby(path: Path) -> str:
    import difflib

    folder = path.parent
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file()) if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean `{folder / near[0]}`?" if near else ""
