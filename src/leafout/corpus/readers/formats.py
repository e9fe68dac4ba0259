"""Which reader a file needs, by its name and its first lines."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.conll import read_conll
from leafout.corpus.readers.docstrings import read_docstrings
from leafout.corpus.readers.opening import PACKED, read_lines
from leafout.corpus.readers.plain import read_blocks, read_each_line, read_whole
from leafout.corpus.readers.record import ReadOptions, Records, Reject
from leafout.corpus.readers.tables import read_csv, read_json_lines, read_json_list, read_parquet, read_tsv
from leafout.corpus.readers.word_tag import read_word_tag

Reader = Callable[[Path, ReadOptions], Records]

READERS: dict[str, Reader] = {
    "text": read_whole,
    "lines": read_each_line,
    "blocks": read_blocks,
    "jsonl": read_json_lines,
    "json": read_json_list,
    "csv": read_csv,
    "tsv": read_tsv,
    "parquet": read_parquet,
    "conll": read_conll,
    "word_tag": read_word_tag,
    "docstrings": read_docstrings,
}
_BY_SUFFIX = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
    ".conll": "conll", ".bio": "conll", ".bmes": "conll", ".py": "docstrings", ".md": "text",
}  # fmt: skip
_DETECT_LINES = 50


def detect_format(path: Path, options: ReadOptions) -> str:
    """The format of a file.

    Raises:
        LeafoutError: for a suffix nobody knows.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in PACKED]
    suffix = suffixes[-1] if suffixes else ".txt"
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if suffix in {".txt", ".text", ".data"} or not suffixes:
        lines = [item[1] for item in islice(read_lines(path, options), _DETECT_LINES) if not isinstance(item, Reject)]
        return _kind_of_text(lines)
    known = ", ".join(READERS)
    raise LeafoutError(f"unknown kind of file `{suffix}`", where=options.name, hint=f"say `format:` one of {known}")


def _kind_of_text(lines: list[str]) -> str:
    full = [line.split() for line in lines if line.strip()]
    pieces = [piece for line in full for piece in line]
    if pieces and sum("/" in piece[1:] for piece in pieces) > 0.95 * len(pieces):
        return "word_tag"
    blanks = len(lines) - len(full)
    if len(full) > 8 and blanks and all(len(line) == len(full[0]) in {2, 3, 4} for line in full):
        return "conll"
    if lines and lines[0].lstrip().startswith("{"):
        return "jsonl"
    return "blocks" if blanks > 1 else "lines" if len(full) > 3 else "text"
