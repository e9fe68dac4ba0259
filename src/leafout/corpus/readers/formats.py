"""Which reader a file needs, by its name and its first bytes."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.kinds import are_posts, kind_of_lines, kind_of_text
from leafout.corpus.readers.opening import PACKED, detect_encoding, open_bytes, read_lines
from leafout.corpus.readers.record import ReadOptions, Reject, SelectedRecords

Reader = Callable[[Path, ReadOptions], SelectedRecords]

_HERE = "leafout.corpus.readers"
READERS: dict[str, str] = {
    "text": f"{_HERE}.plain:read_whole",
    "lines": f"{_HERE}.plain:read_each_line",
    "blocks": f"{_HERE}.plain:read_blocks",
    "jsonl": f"{_HERE}.json_rows:read_json_lines",
    "spans": f"{_HERE}.json_rows:read_span_lines",
    "json": f"{_HERE}.json_list:read_json_list",
    "csv": f"{_HERE}.tables:read_csv",
    "tsv": f"{_HERE}.tables:read_tsv",
    "parquet": f"{_HERE}.tables:read_parquet",
    "conll": f"{_HERE}.conll:read_conll",
    "word_tag": f"{_HERE}.word_tag:read_word_tag",
    "docstrings": f"{_HERE}.docstrings:read_docstrings",
    "zip": f"{_HERE}.archives:read_zip",
    "tar": f"{_HERE}.archives:read_tar",
    "mediawiki": f"{_HERE}.mediawiki:read_mediawiki",
    "feed": f"{_HERE}.feeds:read_feed",
    "social": f"{_HERE}.social:read_social",
    "html": f"{_HERE}.html:read_html",
    "warc": f"{_HERE}.warc:read_warc",
}
"""Readers by the names of formats."""

RANGED = frozenset({"jsonl", "spans", "lines"})
"""Formats of which `ReadOptions.start_byte` and `end_byte` can name a part."""

_BY_SUFFIX = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
    ".conll": "conll", ".conllu": "conll", ".bio": "conll", ".bmes": "conll", ".bioes": "conll", ".py": "docstrings",
    ".md": "text", ".rst": "text", ".zip": "zip", ".tar": "tar", ".tgz": "tar", ".tbz": "tar", ".tbz2": "tar",
    ".txz": "tar", ".tzst": "tar", ".warc": "warc", ".arc": "warc", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".rss": "feed", ".atom": "feed", ".rdf": "feed",
}  # fmt: skip
_TEXTS = {".txt", ".text", ".data", ""}
_SNIFFERS = {
    "mediawiki": f"{_HERE}.mediawiki:looks_like_mediawiki",
    "feed": f"{_HERE}.feeds:looks_like_feed",
    "html": f"{_HERE}.html:looks_like_html",
}
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufffd]")
_HEAD_BYTES = 1 << 16
_DETECT_LINES = 50


def reader(name: str) -> Reader:
    """The reader of a format.

    Args:
        name: of `READERS`, or `package.module:function`.

    Raises:
        LeafoutError: for a name nobody knows.
    """
    if name not in READERS and ":" not in name:
        raise LeafoutError(f"unknown format `{name}`", hint=f"formats: {', '.join(READERS)}")
    read: Reader = _function(READERS.get(name, name))
    return read


@cache
def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    try:
        found: Callable[..., Any] = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise LeafoutError(f"there is no reader `{place}`: {error}", hint="write package.module:function") from None
    return found


def detect_format(path: Path, options: ReadOptions) -> str:
    """The format of a file.

    Raises:
        LeafoutError: for a kind of file nobody knows.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in PACKED]
    suffix = suffixes[-1] if suffixes else ""
    known = _BY_SUFFIX.get(suffix)
    if known == "jsonl":
        return kind_of_lines(_first_lines(path, options))
    if known == "json":
        return _kind_of_json(path, options)
    if known in {"csv", "tsv"}:
        names = next(iter(_first_lines(path, options, 1)), "").split("," if known == "csv" else "\t")
        return "social" if are_posts(name.strip(' "') for name in names) else known
    if known is not None:
        return known
    with open_bytes(path, options) as stream:
        head = stream.read(_HEAD_BYTES)
    kind = _kind_of_bytes(head)
    if not kind and suffix in _TEXTS and not _is_binary(head):
        kind = kind_of_text(_first_lines(path, options))
    if kind:
        return kind
    shown = "binary" if suffix in _TEXTS else suffix
    raise LeafoutError(
        f"unknown kind of file `{shown}`", where=options.name, hint=f"say `format:` one of {', '.join(READERS)}"
    )


def _first_lines(path: Path, options: ReadOptions, count: int = _DETECT_LINES) -> list[str]:
    whole = replace(options, start_byte=0, end_byte=None, first_line=1)
    return [item[1] for item in islice(read_lines(path, whole), count) if not isinstance(item, Reject)]


def _kind_of_bytes(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head[257:262] == b"ustar":
        return "tar"
    if head.startswith(b"PAR1"):
        return "parquet"
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith((b"WARC/", b"filedesc://")):
        return "warc"
    if start.startswith(b"<"):
        return next((kind for kind, place in _SNIFFERS.items() if _function(place)(head)), "")
    return ""


def _is_binary(head: bytes) -> bool:
    """NUL stands in no text but that of UTF-16, and there as half of other characters."""
    encoding = detect_encoding(head)
    if b"\0" not in head or not encoding.startswith("utf-16"):
        return b"\0" in head
    text = head.decode(encoding, "replace")
    return len(_NOT_TEXT.findall(text)) > len(text) // 100


def _kind_of_json(path: Path, options: ReadOptions) -> str:
    """Many files named `.json` hold an object a line."""
    with open_bytes(path, options) as stream:
        head = stream.read(_HEAD_BYTES)
    if b"jsonfeed.org" in head and _function(_SNIFFERS["feed"])(head):
        return "feed"
    lines = _first_lines(path, options)
    full = [line for line in lines if line.strip()]
    if not full or not full[0].lstrip().startswith("{"):
        return "json"
    if not full[0].rstrip().endswith("}") or (len(full) > 1 and not full[1].lstrip().startswith("{")):
        return "json"
    return kind_of_lines(lines) if len(full) > 1 else "json"
