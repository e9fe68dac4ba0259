"""Collect: files of any usual format become documents and rows; every row read is in the output or in the rejects."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage

if TYPE_CHECKING:
    from leafout.corpus.documents import Document
    from leafout.corpus.readers.record import ReadOptions, Reject


class CollectConfig(Config):
    """What to read, and what its parts mean."""

    files: tuple[str, ...]
    """Globs, folders, `package:NAME/path` or `python:PATTERN`; relative ones start from the chain file."""
    format: Literal[
        "auto", "text", "lines", "blocks", "jsonl", "json", "csv", "tsv", "parquet", "conll", "word_tag", "docstrings"
    ] = "auto"
    """How to read them; `auto` goes by name and first lines."""
    columns: dict[str, str] = {}
    """Which column is `text`, `label`, `text_b`, `tokens`, `tags`, `group` ...; detected where not said."""
    encoding: str = ""
    """Of text files; empty detects UTF-8, UTF-16 and GB18030."""
    header: bool | None = None
    """Whether CSV and TSV files have a header; detected where not said."""
    label_from: Literal["column", "file", "folder"] = "column"
    """Where a label comes from: a column, the file's name without suffix, or the folder's name."""
    labels: dict[str, str] = {}
    """New names for labels as they were read, such as {0: negative, 1: positive}; others stay."""
    label_by: dict[str, dict[str, tuple[str, ...]]] = {}
    """A label by patterns on a field: {group: {networking: [socket, "http*"]}}; the first that matches."""
    unlabelled: Literal["keep", "drop"] = "keep"
    """What happens to a row that `label_by` has no label for."""
    mask_names: bool = False
    """Docstrings without the names of their module, classes and functions."""
    licence: str = ""
    """The licence of these files, kept with each document."""
    sample: float = Field(default=1.0, gt=0, le=1)
    """Fraction of documents to keep, chosen by content."""
    max_rows: int = Field(default=0, ge=0)
    """Stop after so many documents of each file; 0 reads all."""
    max_rejects: float = Field(default=0.01, ge=0, le=1)
    """Stop the stage when a larger fraction of rows cannot be read."""
    max_line_bytes: int = Field(default=16 << 20, ge=1024)
    """Longer lines are rejected, in bytes."""
    max_file_bytes: int = Field(default=1 << 40, ge=1024)
    """A packed file that unpacks to more is refused, in bytes."""

    @field_validator("files", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("labels", mode="before")
    @classmethod
    def _as_words(cls, value: Any) -> Any:
        return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else value

    def outside(self, root: Path) -> dict[str, Path]:
        """The files that the patterns name."""
        from leafout.corpus.sources import find_sources

        return find_sources(self.files, root)


@stage(version=1)
def collect(*, out: Path, config: CollectConfig, run: Run = QUIET) -> dict[str, float]:
    """Read files into documents.

    Args:
        out: receives `part-*.parquet`, `notes/funnel.json` and, where there are any, `notes/rejects.jsonl`.
        config: what to read.
        run: its `root` is where relative patterns start.

    Returns:
        `documents`, `labelled`, `rejected`, `characters`.

    Raises:
        LeafoutError: when nothing matches, nothing is left, or too many rows cannot be read.
    """
    from leafout.corpus.documents import DocumentWriter
    from leafout.corpus.ids import StableIds
    from leafout.corpus.ledger import Ledger
    from leafout.corpus.readers.record import Reject

    sources = config.outside(run.root)
    ids, characters, labelled = StableIds(), 0, 0
    shown: list[Document] = []
    with Ledger(out) as ledger, DocumentWriter(out) as writer:
        for number, (name, path) in enumerate(sources.items()):
            run.progress(number, len(sources), unit="files", note=name)
            if run.should_stop():
                raise Stopped
            for record in _records(path, name, config, run):
                if isinstance(record, Reject):
                    ledger.reject(name, record.line, record.reason, record.sample)
                    continue
                ledger.read += 1
                document = _finished(record, name, path, config, ids)
                if isinstance(document, str):
                    ledger.dropped[document] += 1
                    continue
                writer.write(document)
                ledger.kept += 1
                characters += len(document.text)
                labelled += document.label is not None
                if len(shown) < 3:
                    shown.append(document)
        _check(ledger.rejected.total(), ledger.read, ledger.first_rejects, config)
        if not ledger.kept:
            raise LeafoutError("nothing was read", where=", ".join(list(sources)[:3]), hint=f"read {ledger.counts()}")
    for document in shown:
        run.say(f"{document.source}:{document.line} {document.label or '-'} | {document.text[:60]!r}")
    return {
        "documents": float(ledger.kept),
        "labelled": float(labelled),
        "rejected": float(ledger.rejected.total()),
        "characters": float(characters),
    }


def _records(path: Path, name: str, config: CollectConfig, run: Run) -> "Iterator[Document | Reject]":
    from itertools import islice

    from leafout.corpus.readers.formats import READERS, detect_format

    options = _options(name, config)
    kind = detect_format(path, options) if config.format == "auto" else config.format
    if config.format == "auto":
        run.say(f"{name}: read as `{kind}`")
    records = READERS[kind](path, options)
    return islice(records, config.max_rows) if config.max_rows else records


def _options(name: str, config: CollectConfig) -> "ReadOptions":
    from leafout.corpus.readers.record import ReadOptions

    return ReadOptions(
        name=name,
        columns=config.columns,
        encoding=config.encoding,
        header=config.header,
        mask_names=config.mask_names,
        max_line_bytes=config.max_line_bytes,
        max_file_bytes=config.max_file_bytes,
    )


def _finished(document: "Document", name: str, path: Path, config: CollectConfig, ids: Any) -> "Document | str":
    """The document with source, label, licence and id; or the reason why it goes."""
    from dataclasses import replace

    label = document.label
    if config.label_from == "file":
        label = path.name.partition(".")[0]
    elif config.label_from == "folder":
        label = path.parent.name
    for field, patterns in config.label_by.items():
        label = _label_by(getattr(document, field, None) or document.extra.get(field), patterns)
        if label is None and config.unlabelled == "drop":
            return "unlabelled"
    label = config.labels.get(label, label) if label is not None else None
    key = ids.name(document.text, document.text_b, label)
    if config.sample < 1 and int(key[:8], 16) >= config.sample * 2**32:
        return "not sampled"
    return replace(document, id=key, source=name, label=label, licence=document.licence or config.licence or None)


def _label_by(value: str | None, patterns: dict[str, tuple[str, ...]]) -> str | None:
    if value is None:
        return None
    return next((label for label, names in patterns.items() if any(fnmatchcase(value, n) for n in names)), None)


def _check(rejected: int, read: int, first: list[str], config: CollectConfig) -> None:
    if rejected > config.max_rejects * read:
        raise LeafoutError(
            f"{rejected} of {read} rows cannot be read, the limit is {config.max_rejects:.2%}",
            where="\n      ".join(first),
            hint="mend the rows, or raise `max_rejects` if they may go",
        )
