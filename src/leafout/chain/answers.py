"""Files in, answers out: rows of any format that `collect` reads, through the runtime that serves, in their order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafout.core.artifact import MANIFEST
from leafout.core.errors import LeafoutError
from leafout.core.store import Store

if TYPE_CHECKING:
    from leafout.corpus.documents import Document
    from leafout.corpus.readers.record import Reject
    from leafout.inference.load import Classifier, Generator

STDIN = "-"
_ROWS = 256
_PROMPTS = 8


@dataclass(frozen=True)
class Sampling:
    """How a generator goes on writing; see `inference.load.Generator`."""

    max_new_tokens: int = 64
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How input files are read; each as in the config of `collect`."""

    format: str = "auto"
    columns: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    header: bool | None = None


def release_folder(store: Store, name: str) -> Path:
    """The folder of a release or model: a folder as it is, or what `find_artifact` makes of a name.

    Raises:
        LeafoutError: when it means nothing.
    """
    folder = Path(name)
    if folder.is_dir() and not (folder / MANIFEST).is_file():
        return folder
    from leafout.chain.lookup import find_artifact

    return find_artifact(store, name).path


def sources(patterns: Sequence[str], root: Path) -> dict[str, Path]:
    """The files to read, in the order of the patterns; `-` is standard input.

    Raises:
        LeafoutError: when a pattern names nothing.
    """
    from leafout.corpus.sources import find_sources

    found: dict[str, Path] = {}
    for pattern in patterns:
        found |= {STDIN: Path("/dev/stdin")} if pattern == STDIN else find_sources([pattern], root)
    return found


def rows(files: dict[str, Path], reading: Reading) -> "Iterator[tuple[str, Document | Reject]]":
    """Each row of each file, or why it could not be read, with the file's name."""
    from leafout.corpus.readers.formats import READERS, detect_format, reader
    from leafout.corpus.readers.record import ReadOptions, Reject, Skip

    for name, path in files.items():
        options = ReadOptions(
            name=name, columns=dict(reading.columns), encoding=reading.encoding, header=reading.header
        )
        kind = reading.format
        if kind == "auto":
            kind = "lines" if name == STDIN else detect_format(path, options)
        if kind not in READERS:
            raise LeafoutError(f"unknown format `{kind}`", where="--format", hint=f"formats: {', '.join(READERS)}")
        for record in reader(kind)(path, options):
            yield name, Reject(record.line, f"left out: {record.reason}") if isinstance(record, Skip) else record


def answer_rows(
    found: "Iterator[tuple[str, Document | Reject]]",
    folder: Path,
    *,
    device: str = "auto",
    probabilities: bool = False,
    sampling: Sampling = Sampling(),
) -> Iterator[dict[str, Any]]:
    """One answer a row, in order, holding a few hundred rows at once.

    Args:
        found: of `rows`.
        folder: of the release or model.
        device: `auto`, `cpu` or `cuda`.
        probabilities: give that of every label.
        sampling: for a release that generates.

    Yields:
        The row's own columns, `source` and `line`, and `predicted`, `confidence`, `abstained` (and `probabilities`); or
        `completion`, `num_tokens`, `finish_reason`; or `error` for a row that could not be read.

    Raises:
        LeafoutError: when the release cannot be loaded, or a row lacks the second text that the task needs.
    """
    from leafout.inference.load import load_classifier, load_generator
    from leafout.inference.release import read_release

    release = read_release(folder)
    if release.task == "classify":
        classifier = load_classifier(folder, device=device)
        yield from _in_groups(found, _ROWS, lambda batch: _classified(classifier, batch, probabilities=probabilities))
    else:
        generator = load_generator(folder, device=device)
        yield from _in_groups(found, _PROMPTS, lambda batch: _continued(generator, batch, sampling))


def _in_groups(
    found: "Iterator[tuple[str, Document | Reject]]",
    count: int,
    answer: "Callable[[list[tuple[str, Document]]], list[dict[str, Any]]]",
) -> Iterator[dict[str, Any]]:
    from leafout.corpus.readers.record import Reject

    while group := list(islice(found, count)):
        readable = [(name, record) for name, record in group if not isinstance(record, Reject)]
        answers = iter(answer(readable) if readable else [])
        for name, record in group:
            if isinstance(record, Reject):
                yield {"source": name, "line": record.line, "error": record.reason}
            else:
                yield _joined(own_columns(name, record), next(answers))


def own_columns(name: str, row: "Document") -> dict[str, Any]:
    """What a row brought along, absent columns left out."""
    known = ("label", "text_b", "group", "language", "url", "time", "licence")
    found: dict[str, Any] = {"source": name, "line": row.line, "text": row.text}
    found |= {part: value for part in known if (value := getattr(row, part)) is not None}
    if row.tokens is not None:
        found["tokens"] = list(row.tokens)
    if row.tags is not None:
        found["tags"] = list(row.tags)
    return found | {key: value for key, value in row.extra.items() if key not in found}


def _joined(row: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Row and answer; a column of the row that is called like one of the answer keeps its value as `NAME_in`."""
    return {f"{name}_in" if name in answer else name: value for name, value in row.items()} | answer


def _classified(
    classifier: "Classifier", batch: "list[tuple[str, Document]]", *, probabilities: bool
) -> list[dict[str, Any]]:
    release = classifier.release
    pairs: list[str] | None = None
    if release.pair:
        pairs = []
        for name, row in batch:
            if row.text_b is None:
                hint = "the release compares two texts: give a column `text_b`, or name one with --column text_b=NAME"
                raise LeafoutError("the row has no second text", where=f"{name}:{row.line}", hint=hint)
            pairs.append(row.text_b)
    found = []
    for answer in classifier.classify([row.text for _, row in batch], pairs):
        one: dict[str, Any] = {
            "predicted": answer.label,
            "confidence": round(answer.confidence, 6),
            "abstained": release.abstains(answer.label, answer.confidence),
        }
        if probabilities:
            each = zip(release.labels, answer.probabilities, strict=True)
            one["probabilities"] = {label: round(value, 6) for label, value in each}
        found.append(one)
    return found


def _continued(generator: "Generator", batch: "list[tuple[str, Document]]", sampling: Sampling) -> list[dict[str, Any]]:
    written = generator.generate(
        [row.text for _, row in batch],
        max_new_tokens=sampling.max_new_tokens,
        temperature=sampling.temperature,
        top_k=sampling.top_k,
        top_p=sampling.top_p,
        seed=sampling.seed,
        stop=sampling.stop,
    )
    return [
        {"completion": one.text, "num_tokens": one.num_tokens, "finish_reason": one.finish_reason} for one in written
    ]


def check_out(out: Path | None, files: dict[str, Path]) -> None:
    """Refuse to write over a file that is read.

    Raises:
        LeafoutError: naming it.
    """
    if out is None:
        return
    for name, path in files.items():
        if path.exists() and out.exists() and path.samefile(out):
            raise LeafoutError(f"`{name}` is read and would be written over", where=f"--out {out}", hint="name another")
    if not out.parent.is_dir():
        raise LeafoutError(f"there is no folder `{out.parent}`", where=f"--out {out}", hint=f"mkdir -p {out.parent}")
