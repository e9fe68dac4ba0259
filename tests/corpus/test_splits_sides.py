from typing import Any

import pyarrow as pa
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, table_of
from leafout.corpus.splits import NO_SIDE, SIDES, TEST, TRAIN, VAL
from leafout.corpus.splits_sides import SideRule, detect_column, side_named


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("train.tsv", "train"),
        ("dev_matched.jsonl", "val"),
        ("Validation", "val"),
        ("test-00001-of-2.parquet", "test"),
        ("训练集.csv", "train"),
        ("测试", "test"),
    ],
)
def test_names_say_sides(name: str, side: str) -> None:
    assert SIDES[side_named(name)] == side


@pytest.mark.parametrize("name", ["reviews.csv", "latest.csv", "contest", "train_and_test.csv", "", "数据"])
def test_other_names_say_none(name: str) -> None:
    assert side_named(name) == NO_SIDE


def rows(*sources: str) -> pa.Table:
    return table_of([Document("文", id=str(n), source=source) for n, source in enumerate(sources)])


def test_patterns_match_the_source_or_its_last_part() -> None:
    rule = SideRule({"train": ("train*",), "test": ("zh/*",)})
    found = rule.sides_of(rows("a/train.tsv", "zh/x.tsv", "en/x.tsv", "a/train2.tsv"), [])
    assert found.tolist() == [TRAIN, TEST, NO_SIDE, TRAIN]
    rule.check()
    assert rule.unknown == {"en/x.tsv": 1}


def test_a_file_or_a_folder_says_it() -> None:
    table = rows("sst/train.tsv", "sst/dev.tsv", "sst/test.tsv", "sst/readme")
    assert SideRule({}, "file").sides_of(table, []).tolist() == [TRAIN, VAL, TEST, NO_SIDE]
    assert SideRule({}, "folder").sides_of(rows("x/test/train.txt", "x/y.txt"), []).tolist() == [TEST, NO_SIDE]


def test_a_column_says_it() -> None:
    extras: list[dict[str, Any] | None] = [{"split": "train"}, {"split": "验证"}, {"split": 3}, None]
    assert detect_column(extras[:2]) == "split"
    assert SideRule({}, "split").sides_of(rows(*"abcd"), extras).tolist() == [TRAIN, VAL, NO_SIDE, NO_SIDE]
    assert detect_column([{"split": "part one"}]) == "file"
    assert detect_column([]) == "file"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (SideRule({"train": ("train*",), "test": ("tst*",)}), r"`tst\*` matches no source"),
        (SideRule({}, "file"), "no row says its side: `file` has `a/x.tsv`"),
        (SideRule({"train": ("*",), "test": ("x*",)}), "matches `\\*` and `x\\*`, patterns of two sides"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(rule: SideRule, message: str) -> None:
    with pytest.raises(LeafoutError, match=message):
        rule.sides_of(rows("a/x.tsv", "a/train.tsv") if rule.patterns else rows("a/x.tsv"), [])
        rule.check()
