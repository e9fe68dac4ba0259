"""The documentation inside Python sources: each docstring a row, its module the group. Nothing is imported or run."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import open_bytes
from leafout.corpus.readers.record import ReadOptions, Records, Reject

_MAX_SOURCE_BYTES = 8 << 20
_MIN_NAME_CHARS = 4
_MASK = "NAME"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def read_docstrings(path: Path, options: ReadOptions) -> Records:
    """One row for each docstring; for a file that only holds a table of texts (`topics = {...}`), one for each text."""
    with open_bytes(path, options) as stream:
        data = stream.read(_MAX_SOURCE_BYTES + 1)
    if len(data) > _MAX_SOURCE_BYTES:
        yield Reject(1, f"source too long: over {_MAX_SOURCE_BYTES} bytes")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in somebody else's source
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield Reject(getattr(error, "lineno", None), f"not Python: {error}"[:200])
        return
    module = module_name(options.name or path.name)
    definitions = list(_definitions(tree))
    names = _names(definitions, module) if options.mask_names else frozenset()
    for line, kind, text in [*_docstrings(definitions), *_tables(tree)]:
        shown = mask_names(text, names)
        if "\0" in shown or any("\ud800" <= char <= "\udfff" for char in shown):
            yield Reject(line, "NUL or lone surrogate", repr(shown[:100]))
        elif shown.strip():
            yield Document(text=shown, line=line, group=module, extra={"kind": kind})


def module_name(source: str) -> str:
    """The dotted module of a source name: `python:asyncio/base_events.py` is `asyncio.base_events`."""
    path = PurePosixPath(re.split("[:!]", source)[-1]).with_suffix("")
    parts = [part for part in path.parts if part not in {"/", ".."}]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _definitions(tree: ast.Module) -> Iterator[_Documented]:
    """The module and all its classes and functions; only statements are walked, a tenth of the tree."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Documented):
            yield node
        inner = [part for name in _BLOCKS for part in getattr(node, name, ())]
        waiting.extend(reversed(inner))


def _docstrings(definitions: Sequence[_Documented]) -> Iterator[tuple[int, str, str]]:
    for node in definitions:
        text = ast.get_docstring(node)
        if text:
            yield node.body[0].lineno, type(node).__name__, text


def _tables(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) > 200:
                    yield value.lineno, "Topic", value.value


def _names(definitions: Sequence[_Documented], module: str) -> frozenset[str]:
    """Names that would give the module away, in lower case."""
    names = {node.name.lower() for node in definitions if not isinstance(node, ast.Module)}
    parts = {part.lower().strip("_") for part in module.split(".")}
    library = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    return frozenset({name for name in names | library if len(name) >= _MIN_NAME_CHARS} | parts)


def mask_names(text: str, names: frozenset[str]) -> str:
    """Replace whole words that are names by `NAME`, whatever their case."""
    if not names:
        return text
    return _WORD.sub(lambda word: _MASK if word.group().lower() in names else word.group(), text)
