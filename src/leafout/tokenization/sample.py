"""The text a tokenizer is trained on: the train documents, or an even part of them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leafout.corpus.documents import read_batches, shards
from leafout.tokenization.mixture import Mixture

BATCH_DOCUMENTS = 1024


def read_texts(folder: Path, *, text_b: bool, weights: Mapping[str, float] | None = None) -> Iterator[list[str]]:
    """The texts of documents in batches; a second text stands on a line of its own under the first.

    Args:
        folder: of documents.
        text_b: whether second texts belong to it.
        weights: of sources (see `mixture`): what weighs 0 is left out.
    """
    mixture = Mixture(weights or {})
    columns = ["text", *(["text_b"] if text_b else []), *(["source", "id"] if weights else [])]
    for batch in read_batches(folder, columns=columns, batch_rows=BATCH_DOCUMENTS):
        rows = batch
        if weights:
            stays_N = mixture.copies(batch.column("source"), batch.column("id").to_pylist()) > 0
            rows = batch.filter(pa.array(stays_N))
        firsts: list[str] = rows.column("text").to_pylist()
        yield joined(firsts, rows.column("text_b").to_pylist()) if text_b else firsts


def spread_texts(folder: Path, *, text_b: bool, spots: int = 64, each: int = 8) -> list[tuple[str, str | None]]:
    """Texts and languages of `each` documents at evenly spread places; only the row groups there are read."""
    groups = [(path, group) for path in shards(folder) for group in range(pq.read_metadata(path).num_row_groups)]
    rows_G = np.array([pq.read_metadata(path).row_group(group).num_rows for path, group in groups], np.int64)
    ends_G, total = np.cumsum(rows_G), int(rows_G.sum())
    step = max(total // spots, each)
    wanted = [row for start in range(0, total, step) for row in range(start, min(start + each, total))]
    columns = ["text", "language", *(["text_b"] if text_b else [])]
    found: list[tuple[str, str | None]] = []
    place_of = np.searchsorted(ends_G, wanted, side="right")
    for place in np.unique(place_of).tolist():
        path, group = groups[place]
        with pq.ParquetFile(path) as file:
            table = file.read_row_group(group, columns=columns)
        first = int(ends_G[place] - rows_G[place])
        rows = table.take([row - first for row, of in zip(wanted, place_of.tolist(), strict=True) if of == place])
        texts: list[str] = rows["text"].to_pylist()
        texts = joined(texts, rows["text_b"].to_pylist()) if text_b else texts
        found += zip(texts, rows["language"].to_pylist(), strict=True)
    return found


def joined(firsts: list[str], seconds: list[str | None]) -> list[str]:
    """First and second texts, one under the other."""
    return [first if not second else f"{first}\n{second}" for first, second in zip(firsts, seconds, strict=True)]


def training_texts(
    folder: Path, *, max_bytes: int, text_b: bool, weights: Mapping[str, float] | None = None
) -> Callable[[], Iterator[list[str]]]:
    """An even part of documents of about `max_bytes` in all; the same one at each call.

    Args:
        folder: of documents.
        max_bytes: of text, in UTF-8.
        text_b: whether second texts belong to it.
        weights: of sources: what weighs 0 is left out, all else counts once.

    Returns:
        A function that gives the texts anew, in batches.
    """
    total = sum(len(text.encode()) for batch in read_texts(folder, text_b=text_b, weights=weights) for text in batch)
    share = min(1.0, max_bytes / max(total, 1))

    def texts() -> Iterator[list[str]]:
        seen = 0
        for batch in read_texts(folder, text_b=text_b, weights=weights):
            # document n is taken where n * share passes a whole number: evenly spread, nothing drawn
            yield [text for n, text in enumerate(batch, seen) if int((n + 1) * share) > int(n * share) or share == 1.0]
            seen += len(batch)

    return texts
