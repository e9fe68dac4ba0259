"""Collect: files of any usual format become documents and rows; every row read is in the output or in the rejects."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.corpus.html.rules import PageRules
from leafout.text.social import SocialRules

if TYPE_CHECKING:
    from leafout.corpus.intake.reading import Reading
    from leafout.corpus.intake.sharing import Share
    from leafout.corpus.ledger import Ledger

FORMATS = (
    "auto", "text", "lines", "blocks", "jsonl", "spans", "json", "csv", "tsv", "parquet", "conll", "word_tag",
    "docstrings", "zip", "tar", "mediawiki", "feed", "social", "html", "warc",
)  # fmt: skip
"""`auto` and the readers of `leafout.corpus.readers.formats`."""
SCRATCH = "scratch"
_APART_BYTES = 64 << 20
"""From so much on even one worker gets a process of its own, which can be stopped."""

_SHOWN_FILES = 20
_SHOWN_ROWS = 3


class CollectConfig(Config):
    """What to read, and what its parts mean."""

    files: tuple[str, ...]
    """Globs, folders, `package:NAME/path` or `python:PATTERN`; relative ones start from the chain file."""
    format: str = "auto"
    """How to read them: `auto` goes by name and first bytes; text, lines, blocks, jsonl, spans, json, csv, tsv,
    parquet, conll, word_tag, docstrings, zip, tar, mediawiki, feed, social, html, warc; or `package.module:name`."""
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
    source_caps: dict[str, int] = {}
    """Most documents of sources that match a pattern, such as {"weibo/*": 50000}: an even sample by content stays."""
    detect_language: bool = True
    """Find the language of each document that does not say its own."""
    languages: tuple[str, ...] = ()
    """Languages that these files are in, as far as is known (zh, en): texts too short to tell are in one of them."""
    script: Literal["", "simplified", "traditional"] = ""
    """Turn Chinese text of wiki dumps, feeds and posts into this script; empty leaves it."""
    social: SocialRules = SocialRules()
    """What becomes of reposts, mentions, hashtags, emoji and links in posts."""
    pages: PageRules = PageRules()
    """How web pages are read: which of their wishes are honoured, what of them is kept."""
    class_names: dict[str, tuple[str, ...]] = {}
    """The names of a column's integers: {ner_tags: [O, B-PER, I-PER]}."""
    max_rejects: float = Field(default=0.01, ge=0, le=1)
    """Stop the stage when a larger fraction of rows cannot be read."""
    max_line_bytes: int = Field(default=16 << 20, ge=1024)
    """Longer lines are rejected, in bytes."""
    max_file_bytes: int = Field(default=1 << 40, ge=1024)
    """A packed file that unpacks to more is refused, in bytes."""
    max_document_bytes: int = Field(default=64 << 20, ge=1024)
    """A document of several lines that is longer is rejected, in bytes."""
    max_members: int = Field(default=100_000, ge=1)
    """Members of an archive that are read; what comes after is rejected."""

    @field_validator("files", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("format")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in FORMATS and ":" not in value:
            raise ValueError(f"`{value}` is no format; one of {', '.join(FORMATS)}, or package.module:function")
        return value

    @field_validator("labels", mode="before")
    @classmethod
    def _as_words(cls, value: Any) -> Any:
        return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else value

    def outside(self, root: Path) -> dict[str, Path]:
        """The files that the patterns name."""
        from leafout.corpus.sources import find_sources

        return find_sources(self.files, root)


@stage(version=3, resumable=True)
def collect(*, out: Path, config: CollectConfig, run: Run = QUIET) -> dict[str, float]:
    """Read files into documents.

    The files are dealt to parts of 64 MiB, read by `run.workers` processes and merged in order: the output is the same
    for any number of workers, and a stage that was stopped goes on with the parts that are missing.

    Args:
        out: receives `part-*.parquet`, `notes/funnel.json`, `notes/card.json` (what the documents are),
            `notes/kinds.json` (the format of each file) and, where there are any, `notes/rejects.jsonl`.
        config: what to read.
        run: its `root` is where relative patterns start.

    Returns:
        `documents`, `labelled`, `rejected`, `characters`.

    Raises:
        LeafoutError: when nothing matches, nothing is left, or too many rows cannot be read.
        Stopped: when asked to.
    """
    from leafout.corpus.card import Card
    from leafout.corpus.card_notes import write_card
    from leafout.corpus.documents import DocumentWriter
    from leafout.corpus.intake.merging import merged
    from leafout.corpus.intake.sharing import shares
    from leafout.corpus.ledger import Ledger
    from leafout.corpus.parts import made_at, open_scratch, remove_scratch

    sources = config.outside(run.root)
    scratch = open_scratch(out / SCRATCH)
    reading = _reading(config, scratch / "read")
    given = shares(sources, reading.options, kind=config.format, whole=bool(config.max_rows))
    _read(given, reading, run)
    parts = [made_at(reading.phase, share.number) for share in given]
    card = Card()
    with Ledger(out) as ledger, DocumentWriter(out, card=card) as writer:
        for part in parts:
            ledger.take(part)
        _check(ledger, config)
        for table, over in merged(parts, scratch / "names", config.source_caps):
            if run.should_stop():
                raise Stopped
            writer.write_batch(table)
            ledger.leave_out("over the cap of its source", over)
        if not ledger.kept:
            raise LeafoutError("nothing was read", where=", ".join(list(sources)[:3]), hint=f"read {ledger.counts()}")
    figures = _tell(parts, out, run)
    write_card(out, card)
    remove_scratch(scratch)
    return {"documents": float(ledger.kept), "rejected": float(ledger.rejected.total()), **figures}


def _read(given: "Sequence[Share]", reading: "Reading", run: Run) -> None:
    from leafout.core.parallel import Workers
    from leafout.corpus.intake.reading import read_share
    from leafout.corpus.intake.sharing import share_bytes

    sizes = [share_bytes(share) for share in given]
    done = 0
    with Workers(run.workers, apart=sum(sizes) > _APART_BYTES) as workers:
        for number in workers.in_order(partial(read_share, reading=reading), given, should_stop=run.should_stop):
            done += sizes[number]
            run.progress(done / 1e6, sum(sizes) / 1e6, unit="MB", note=given[number].pieces[-1].name)


def _reading(config: CollectConfig, phase: Path) -> "Reading":
    from leafout.corpus.intake.naming import Naming
    from leafout.corpus.intake.reading import Reading
    from leafout.corpus.readers.record import ReadOptions

    options = ReadOptions(
        columns=config.columns,
        encoding=config.encoding,
        header=config.header,
        mask_names=config.mask_names,
        max_line_bytes=config.max_line_bytes,
        max_file_bytes=config.max_file_bytes,
        max_document_bytes=config.max_document_bytes,
        max_members=config.max_members,
        class_names=config.class_names,
        script=config.script,
        social=config.social,
        page=config.pages.options(),
    )
    naming = Naming(config.label_from, config.labels, config.label_by, config.unlabelled, config.licence, config.sample)
    spoken = (config.detect_language, config.languages)
    return Reading(phase, options, config.format, naming, config.max_rows, *spoken)


def _tell(parts: Sequence[Path], out: Path, run: Run) -> dict[str, float]:
    """Say what was read as what and show the first rows; the figures of all parts."""
    from leafout.core.durable import write_json
    from leafout.corpus.intake.reading import about_part

    kinds: dict[str, str] = {}
    shown: list[str] = []
    characters, labelled = 0, 0
    for part in parts:
        about = about_part(part)
        kinds |= about["kinds"]
        shown += about["shown"]
        characters += about["characters"]
        labelled += about["labelled"]
    write_json(out / "notes" / "kinds.json", kinds)
    for name, kind in list(kinds.items())[:_SHOWN_FILES]:
        run.say(f"{name}: read as `{kind}`")
    if len(kinds) > _SHOWN_FILES:
        run.say(f"... and {len(kinds) - _SHOWN_FILES} files more, see notes/kinds.json")
    for line in shown[:_SHOWN_ROWS]:
        run.say(line)
    return {"labelled": float(labelled), "characters": float(characters)}


def _check(ledger: "Ledger", config: CollectConfig) -> None:
    rejected, read = ledger.rejected.total(), ledger.read
    if rejected > config.max_rejects * read:
        raise LeafoutError(
            f"{rejected} of {read} rows cannot be read, the limit is {config.max_rejects:.2%}",
            where="\n      ".join(ledger.first_rejects),
            hint="mend the rows, or raise `max_rejects` if they may go",
        )
