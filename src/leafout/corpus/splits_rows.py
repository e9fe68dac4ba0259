"""What of each row decides its side, read once, a part at a time: keys, labels, times and sides as numbers.

A row costs 22 bytes, 8 for each group, 4 for each label, and 8 for its time.

Legend: N rows, L labels of all rows, P rows of one part.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import SCHEMA
from leafout.corpus.hosts import hosts
from leafout.corpus.kernels.letters import letter_keys, mixed
from leafout.corpus.splits import Sides
from leafout.corpus.splits_sides import SideRule
from leafout.corpus.splits_time import NO_TIME, seconds_of
from leafout.corpus.splits_units import NO_KEY, key_of

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_PLAIN = {name for name in SCHEMA.names if SCHEMA.field(name).type == pa.string() and name not in {"extra", "text"}}
_MADE = {"host": "url", "folder": "source"}
LABELS, TAGS = "labels", "tags"
_MANY = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of rows.

    Attributes:
        groups: columns (see `column_values`) whose equal values bind rows together.
        strata: `labels`, `tags` (the kinds of entity in a row) or a column; what is stratified by.
        time: whether times are read.
        side: where a given side is read from; None where none is given.
    """

    groups: tuple[str, ...] = ()
    strata: str = LABELS
    time: bool = False
    side: SideRule | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """Those of row n are `codes_L[first_N1[n] : first_N1[n + 1]]`, as places in `names`."""

    codes_L: Int32
    first_N1: Int64 | Int32
    names: tuple[str, ...]

    def of(self, rows_N: NDArray[np.bool_]) -> set[int]:
        """The labels that the rows of a mask have."""
        return set(np.unique(self.codes_L[np.repeat(rows_N, np.diff(self.first_N1))]).tolist())


@dataclass(frozen=True, slots=True)
class Rows:
    """What decides the sides of N rows.

    Attributes:
        names_N: a key of each row's first group, or of its id where it has none.
        letters_N: equal for texts that differ in case, space and punctuation alone; both texts of a pair count.
        groups: for each bond a key of each row.
        labels: of the rows, one label or several.
        strata: what is stratified by; the labels themselves unless something else is wanted.
        times_N: seconds since 1970; `NO_TIME`.
        sides_N: the given side; `NO_SIDE`.
        plain_N: running text: no label, second text or tags.
    """

    names_N: UInt64
    letters_N: UInt64
    groups: tuple[UInt64, ...]
    labels: Labels
    strata: Labels
    times_N: Int64
    sides_N: Sides
    plain_N: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.plain_N)


@dataclass(slots=True)
class _Coder:
    """Gives names numbers as they come, and keeps the numbers of all rows."""

    known: dict[str, int] = field(default_factory=dict)
    codes: list[Int32] = field(default_factory=list)
    counts: list[Int32] = field(default_factory=list)

    def add(self, values: Sequence[Sequence[str]]) -> None:
        flat = [self.known.setdefault(name, len(self.known)) for names in values for name in names]
        self.codes.append(np.array(flat, np.int32))
        self.counts.append(np.fromiter((len(names) for names in values), np.int32, len(values)))

    def labels(self) -> Labels:
        """All of them; numbers are given anew by the order of the names, whatever rows came first."""
        names = sorted(self.known)
        anew = np.empty(len(names), np.int32)
        anew[[self.known[name] for name in names]] = np.arange(len(names))
        codes = np.concatenate([np.zeros(0, np.int32), *self.codes])
        counts = np.concatenate([np.zeros(1, np.int32), *self.counts])
        first = np.cumsum(counts, dtype=np.int64)
        small = first if len(codes) > _MANY else first.astype(np.int32)
        return Labels(anew[codes] if len(codes) else codes, small, tuple(names))


def gather(tables: Iterator[pa.Table], wanted: Wanted) -> Rows:
    """Read what decides the sides.

    Args:
        tables: the rows in order, a part at a time.
        wanted: what to read.

    Raises:
        LeafoutError: when a column that is wanted has no value in any row.
    """
    names, letters, times, sides = ([np.zeros(0, kind)] for kind in (np.uint64, np.uint64, np.int64, np.int8))
    plain = [np.zeros(0, bool)]
    groups: list[list[UInt64]] = [[np.zeros(0, np.uint64)] for _ in wanted.groups]
    labels, strata = _Coder(), _Coder()
    for table in tables:
        extras = _extras(table) if _needs_extra(wanted) or _may_have_labels(table) else [None] * table.num_rows
        keys = [_keys(column_values(table, name, extras)) for name in wanted.groups]
        for kept, found in zip(groups, keys, strict=True):
            kept.append(found)
        names.append(_names(table, keys))
        letters.append(pair_keys(table))
        labels.add(said := _labels(table, extras))
        plain.append(_plain(table, said))
        if wanted.strata != LABELS:
            strata.add(_strata(table, extras, wanted.strata))
        if wanted.time:
            times.append(_each(table["time"], seconds_of, np.int64, NO_TIME))
        if wanted.side is not None:
            sides.append(wanted.side.sides_of(table, extras))
    joined = tuple(np.concatenate(parts) for parts in groups)
    for name, keys_N in zip(wanted.groups, joined, strict=True):
        if not keys_N.any():
            raise LeafoutError(f"no row has a `{name}`", where="[group]", hint=f"leave `{name}` out of `group`")
    found_labels = labels.labels()
    return Rows(
        np.concatenate(names),
        np.concatenate(letters),
        joined,
        found_labels,
        found_labels if wanted.strata == LABELS else strata.labels(),
        np.concatenate(times),
        np.concatenate(sides),
        np.concatenate(plain),
    )


def pair_keys(table: pa.Table) -> UInt64:
    """A key of each row's letters, those of its second text too."""
    keys_P = letter_keys(table["text"])
    second = table["text_b"]
    if second.null_count < len(second):
        has_second = pc.is_valid(second).to_numpy()
        both = mixed(keys_P + np.uint64(1)) + letter_keys(second)
        keys_P = np.where(has_second, both, keys_P)
    return keys_P


def column_values(table: pa.Table, name: str, extras: Sequence[dict[str, Any] | None]) -> list[str | None]:
    """The value of a column in each row; None where it has none.

    Args:
        table: the rows.
        name: a column of documents, `host` (of the url), `folder` (of the source), or a column of the files that were
            collected.
        extras: the other columns of each row.
    """
    if name in _MADE:
        coded = table[_MADE[name]].combine_chunks().dictionary_encode()
        known = coded.dictionary
        made = hosts(known).to_pylist() if name == "host" else [_folder(value) for value in known.to_pylist()]
        return [None if code is None else made[code] for code in coded.indices.to_pylist()]
    if name in _PLAIN:
        return [value or None for value in table[name].to_pylist()]
    found = ((extra or {}).get(name) for extra in extras)
    return [None if value is None or value == "" else str(value) for value in found]


def _folder(source: str | None) -> str | None:
    return str(PurePosixPath(source).parent) if source else None


def columns_of(wanted: Wanted) -> list[str]:
    """The columns of documents that `gather` needs."""
    names = ["id", "text", "text_b", "label", "tags", "extra"]
    names += [_MADE.get(name, name) for name in (*wanted.groups, wanted.strata) if name not in {LABELS}]
    names += ["time"] if wanted.time else []
    names += ["source"] if wanted.side is not None else []
    return [name for name in dict.fromkeys(names) if name in SCHEMA.names]


def _needs_extra(wanted: Wanted) -> bool:
    strata = () if wanted.strata in {LABELS, TAGS} else (wanted.strata,)
    own = any(name not in _PLAIN and name not in _MADE for name in (*wanted.groups, *strata))
    return own or wanted.side is not None


def _may_have_labels(table: pa.Table) -> bool:
    return bool(pc.any(pc.match_substring(table["extra"], '"labels"')).as_py())


def _extras(table: pa.Table) -> list[dict[str, Any] | None]:
    return [json.loads(said) if said else None for said in table["extra"].to_pylist()]


def _keys(values: list[str | None]) -> UInt64:
    known: dict[str, int] = {}
    found = (NO_KEY if v is None else known.get(v) or known.setdefault(v, key_of(v)) for v in values)
    return np.fromiter(found, np.uint64, len(values))


def _names(table: pa.Table, keys: list[UInt64]) -> UInt64:
    """The first group's key where there is one: a group that grows stays where it is; else the id's."""
    ids = table["id"].to_pylist()
    names_P = np.fromiter((key_of(value) for value in ids), np.uint64, len(ids))
    for keys_P in reversed(keys):
        names_P = np.where(keys_P != NO_KEY, keys_P, names_P)
    return names_P


def _labels(table: pa.Table, extras: Sequence[dict[str, Any] | None]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for label, extra in zip(table["label"].to_pylist(), extras, strict=True):
        if label is not None:
            found.append((label,))
        else:
            several = (extra or {}).get("labels")
            found.append(tuple(dict.fromkeys(map(str, several))) if isinstance(several, list) else ())
    return found


def _plain(table: pa.Table, labels: list[tuple[str, ...]]) -> NDArray[np.bool_]:
    unlabelled = np.fromiter((not names for names in labels), bool, len(labels))
    single = pc.and_(pc.is_null(table["text_b"]), pc.is_null(table["tags"]))
    plain: NDArray[np.bool_] = unlabelled & single.to_numpy()
    return plain


def _strata(table: pa.Table, extras: Sequence[dict[str, Any] | None], name: str) -> list[tuple[str, ...]]:
    if name != TAGS:
        return [() if value is None else (value,) for value in column_values(table, name, extras)]
    rows = (tags or () for tags in table["tags"].to_pylist())
    return [tuple(dict.fromkeys(_kind(tag) for tag in tags if tag and tag != "O")) for tags in rows]


def _kind(tag: str) -> str:
    """`PER` of `B-PER`."""
    prefix, dash, kind = tag.partition("-")
    return kind if dash and kind and len(prefix) == 1 else tag


def _each(column: pa.ChunkedArray, read: Any, kind: Any, missing: int) -> NDArray[Any]:
    coded = column.combine_chunks().dictionary_encode()
    known = np.array([*(read(value) for value in coded.dictionary.to_pylist()), missing], kind)
    codes = coded.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
    found: NDArray[Any] = known[codes]
    return found
