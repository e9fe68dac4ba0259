"""A data card: what documents are, counted while they are written. What became of the others says `card_notes`.

Everything is counted a batch at a time in compiled code; memory stays the same however many documents, sources or
hosts there are (see `Tally`). Cost: about 5 microseconds a document.

Legend: B documents of a batch.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafout.corpus.card_sample import Sample
from leafout.corpus.card_tally import Tally
from leafout.corpus.hosts import hosts
from leafout.corpus.splits_time import NO_TIME, iso, seconds_of

TALLIES = ("sources", "licences", "languages", "labels", "hosts", "years")
"""By what documents are counted: the outer file, what their source says, the host of their url, the year."""

COLUMNS = ["id", "text", "text_b", "source", "label", "language", "url", "time", "licence", "tokens", "extra"]

_ARCHIVE = r"^(?P<name>[^!]*\.[^!/]*)!"
"""A member of an archive has the name of the archive's file, `!`, and its own."""

_DAY = r"^(?P<name>[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)(?:[T\s].*)?$"
_BINS = 48
_ALL_YEARS = 2000


class Card:
    """Counts documents; `add` batches, `merge` cards, `plain` gives the values.

    Cards of the same documents are equal as long as no tally knows more than 10,000 names; beyond, as long as the
    batches are those that `DocumentWriter` closes, which depend on the documents alone.
    """

    def __init__(self) -> None:
        self._counts = dict.fromkeys(
            ("documents", "characters", "bytes", "pairs", "tagged", "dialogues", "urls", "unread_times"), 0
        )
        self._tallies = {name: Tally() for name in TALLIES}
        self._lengths = np.zeros(_BINS, np.int64)
        self._days: list[str] = []
        self._sample = Sample()

    def add(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Count documents.

        Args:
            batch: of the schema of documents; further columns are not looked at.
        """
        table = (batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])).select(COLUMNS)
        if not table.num_rows:
            return
        chars_B = _lengths(table, pc.utf8_length)
        self._count(table, chars_B)
        self._lengths += np.bincount(np.frexp(chars_B)[1], minlength=_BINS)[:_BINS]
        says = {"sources": _sources(table["source"]), "licences": table["licence"], "languages": table["language"]}
        for name, names in {**says, "hosts": hosts(table["url"])}.items():
            self._tallies[name].add(names, chars_B)
        self._tallies["labels"].add(*_labels(table, chars_B))
        self._add_times(table["time"], chars_B)
        self._sample.add(table)

    def merge(self, other: "Card") -> None:
        """Add what another card counted."""
        for name, count in other._counts.items():
            self._counts[name] += count
        for name, tally in other._tallies.items():
            self._tallies[name].merge(tally)
        self._lengths += other._lengths
        self._days = _ends([*self._days, *other._days])
        self._sample.merge(other._sample)

    def plain(self) -> dict[str, Any]:
        """The card as plain values, equal for equal documents.

        Returns:
            counts (`documents`, `characters` and `bytes` of both texts, `pairs`, `tagged`, `dialogues`, `labelled`,
            `urls`); for each of `TALLIES` what `Tally.plain` gives; `time` (`first`, `last` day, `unread`);
            `lengths` (documents of `from` up to `below` characters); `sample`.
        """
        counts = {name: count for name, count in self._counts.items() if name != "unread_times"}
        tallies = {name: tally.plain() for name, tally in self._tallies.items() if name != "years"}
        tallies["years"] = self._tallies["years"].plain(shown=_ALL_YEARS)
        counts["labelled"] = counts["documents"] - tallies["labels"]["none_said"]["documents"]
        time: dict[str, Any] = {"unread": self._counts["unread_times"]}
        if self._days:
            time |= {"first": self._days[0], "last": self._days[-1]}
        lengths = [
            {"from": (1 << place) >> 1, "below": 1 << place, "documents": count}
            for place, count in enumerate(self._lengths.tolist())
            if count
        ]
        return {**counts, **tallies, "time": time, "lengths": lengths, "sample": self._sample.plain()}

    def _count(self, table: pa.Table, chars_B: NDArray[np.int64]) -> None:
        here = {
            "documents": table.num_rows,
            "characters": int(chars_B.sum()),
            "bytes": int(_lengths(table, pc.binary_length).sum()),
            "dialogues": pc.sum(pc.match_substring(table["extra"], '"messages": ['), min_count=0).as_py(),
        }
        for name, column in {"pairs": "text_b", "tagged": "tokens", "urls": "url"}.items():
            here[name] = table.num_rows - table[column].null_count
        for name, count in here.items():
            self._counts[name] += count

    def _add_times(self, times: pa.ChunkedArray, chars_B: NDArray[np.int64]) -> None:
        days = _days(times)
        self._counts["unread_times"] += days.null_count - times.null_count
        ends = pc.min_max(days).as_py()
        self._days = _ends([*self._days, *(day for day in ends.values() if day is not None)])
        self._tallies["years"].add(pc.utf8_slice_codeunits(days, 0, 4), chars_B)


def card_of(batches: Iterator[pa.RecordBatch]) -> Card:
    """The card of documents that lie on disk already, such as `read_batches` gives."""
    card = Card()
    for batch in batches:
        card.add(batch)
    return card


def card_of_folder(folder: Path) -> Card:
    """The card of a folder of documents.

    Raises:
        LeafoutError: when it holds none.
    """
    from leafout.corpus.documents import read_batches

    return card_of(read_batches(folder, columns=COLUMNS))


def _ends(days: list[str]) -> list[str]:
    """The first and the last."""
    return [min(days), max(days)] if days else []


def _lengths(table: pa.Table, measure: Any) -> NDArray[np.int64]:
    """A measure of each row's text and second text."""
    both = [pc.fill_null(measure(table[name]), 0).to_numpy().astype(np.int64) for name in ("text", "text_b")]
    found: NDArray[np.int64] = both[0] + both[1]
    return found


def _found(values: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    """What a pattern finds in each value; null where it does not match."""
    return pc.struct_field(pc.extract_regex(values, pattern), "name")


def _sources(sources: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.coalesce(_found(sources, _ARCHIVE), sources)


def _labels(table: pa.Table, chars_B: NDArray[np.int64]) -> tuple[pa.ChunkedArray | pa.Array, NDArray[np.int64]]:
    """The labels of all rows; a row of several, which lie in `extra`, has a place for each."""
    labels = table["label"]
    several = pc.fill_null(pc.and_(pc.is_null(labels), pc.match_substring(table["extra"], '"labels": [')), False)  # noqa: FBT003 - null has no labels
    rows = np.flatnonzero(several.to_numpy())
    if not len(rows):
        return labels, chars_B
    names: list[str | None] = []
    places: list[int] = []
    for row, extra in zip(rows.tolist(), table["extra"].take(pa.array(rows)).to_pylist(), strict=True):
        said = json.loads(extra).get("labels")
        found = list(dict.fromkeys(map(str, said))) if isinstance(said, list) and said else [None]
        names += found
        places += [row] * len(found)
    alone = np.flatnonzero(~several.to_numpy())
    order = np.concatenate([alone, np.array(places, np.int64)])
    joined = pa.chunked_array([*labels.take(pa.array(alone)).chunks, pa.array(names, pa.string())])
    return joined, chars_B[order]


def _days(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """The day (or month, or year) of each time; null where it cannot be read."""
    days = _found(times, _DAY)
    odd = pc.and_(pc.is_valid(times), pc.is_null(days)).to_numpy()
    if not odd.any():
        return days
    coded = times.filter(pa.array(odd)).combine_chunks().dictionary_encode()
    read = pa.array([_day(value) for value in coded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(days.combine_chunks(), pa.array(odd), read.take(coded.indices))


def _day(written: str) -> str | None:
    seconds = seconds_of(written)
    try:
        return None if seconds == NO_TIME else iso(seconds)[:10]
    except (OverflowError, ValueError, OSError):
        return None
