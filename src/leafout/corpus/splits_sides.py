"""Sides that the data itself names: a column, a file or a folder that says train, val or test.

Legend: P rows of one part.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pyarrow as pa

from leafout.core.errors import LeafoutError
from leafout.corpus.splits import NO_SIDE, SIDES, TEST, TRAIN, VAL, Side, Sides

_WORDS = {
    TRAIN: ("train", "training", "trn"),
    VAL: ("val", "valid", "validation", "dev", "devel", "development", "eval"),
    TEST: ("test", "testing", "tst"),
}
_CHINESE = {TRAIN: "训练", VAL: "验证", TEST: "测试"}
_NAMED = {word: side for side, words in _WORDS.items() for word in words}
COLUMNS = ("split", "side", "subset", "fold", "set", "partition")
"""Columns that are tried when nothing is said."""

HEAD_ROWS = 1000
"""Rows that are looked at to find such a column."""

_SHOWN = 1000


def side_named(text: str) -> int:
    """The side that a name says; `NO_SIDE` where it says none, or several.

    >>> SIDES[side_named("dev_matched")], SIDES[side_named("reviews.TEST")], SIDES[side_named("训练集")]
    ('val', 'test', 'train')
    """
    found = {_NAMED[word] for word in re.split(r"[^a-z]+", text.lower()) if word in _NAMED}
    found |= {side for side, word in _CHINESE.items() if word in text}
    return found.pop() if len(found) == 1 else NO_SIDE


@dataclass(slots=True)
class SideRule:
    """Where the side of a row is read from.

    Attributes:
        patterns: of each side, on the source as a whole or its last part; they decide where there are any.
        column: `file`, `folder`, or the name of a column that says it; see `detect_column`.
        matched: how many rows each pattern took.
        unknown: names that say no side, and how many rows they have.
    """

    patterns: Mapping[Side, Sequence[str]] = field(default_factory=dict)
    column: str = ""
    matched: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def sides_of(self, table: pa.Table, extras: Sequence[dict[str, Any] | None]) -> Sides:
        """The side of each row of a part.

        Raises:
            LeafoutError: when patterns of two sides take one source.
        """
        if self.patterns or self.column in {"file", "folder"}:
            coded = table["source"].combine_chunks().dictionary_encode()
            names = [name or "" for name in coded.dictionary.to_pylist()] + [""]
            codes_P = coded.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False)
            counts = np.bincount(codes_P, minlength=len(names)).tolist()
            sides = [self._of_source(name, count) for name, count in zip(names, counts, strict=True)]
            sides_P: Sides = np.array(sides, np.int8)[codes_P]
            return sides_P
        found = [(extra or {}).get(self.column) for extra in extras]
        return np.array([self._of_value(value) for value in found], np.int8)

    def check(self) -> None:
        """See that each pattern took a row, and that there was a row to take.

        Raises:
            LeafoutError: when a pattern matches nothing, or nothing says a side.
        """
        for side, patterns in self.patterns.items():
            for pattern in patterns:
                if not self.matched[pattern]:
                    seen = ", ".join(f"`{name}`" for name, _ in (self.unknown + self.matched).most_common(3))
                    raise LeafoutError(f"`{pattern}` matches no source", where=f"[sides.{side}]", hint=f"seen: {seen}")
        if not self.matched:
            seen = ", ".join(f"`{name}`" for name, _ in self.unknown.most_common(3)) or "nothing"
            raise LeafoutError(
                f"no row says its side: `{self.column}` has {seen}",
                where="[method]",
                hint='say it by patterns on the source: sides: {train: "train*", test: "test*"}',
            )

    def _of_source(self, name: str, count: int) -> int:
        last = name.rpartition("/")[2]
        if self.patterns:
            taken = [
                (s, p) for s, ps in self.patterns.items() for p in ps if fnmatchcase(name, p) or fnmatchcase(last, p)
            ]
            sides = {SIDES.index(side) for side, _ in taken}
            if len(sides) > 1:
                one, other = (pattern for _, pattern in (taken[0], taken[-1]))
                message = f"`{name}` matches `{one}` and `{other}`, patterns of two sides"
                raise LeafoutError(message, where="[sides]", hint="make one of them narrower")
            side = sides.pop() if sides else NO_SIDE
            self.matched.update({pattern: count for _, pattern in taken})
        else:
            side = side_named(last if self.column == "file" else name.rpartition("/")[0])
            self.matched.update({name: count} if side != NO_SIDE else {})
        if side == NO_SIDE and count:
            self._miss(name, count)
        return side

    def _of_value(self, value: object) -> int:
        side = side_named(value) if isinstance(value, str) else NO_SIDE
        if side == NO_SIDE:
            self._miss(str(value), 1)
        else:
            self.matched[SIDES[side]] += 1
        return side

    def _miss(self, name: str, count: int) -> None:
        self.unknown[name if name in self.unknown or len(self.unknown) < _SHOWN else "..."] += count


def detect_column(extras: Sequence[dict[str, Any] | None]) -> str:
    """The column that says sides, judged by the first rows; else `file`."""
    for name in COLUMNS:
        values = [extra[name] for extra in extras if extra and name in extra]
        if values and all(isinstance(value, str) and side_named(value) != NO_SIDE for value in values):
            return name
    return "file"
