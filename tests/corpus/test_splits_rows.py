import numpy as np
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, table_of
from leafout.corpus.splits import TEST, TRAIN
from leafout.corpus.splits_rows import Rows, Wanted, column_values, columns_of, gather, pair_keys
from leafout.corpus.splits_sides import SideRule
from leafout.corpus.splits_time import NO_TIME
from leafout.corpus.splits_units import key_of

ROWS = [
    Document("很好", id="a", label="正", url="https://www.a.cn/1", source="d/x.tsv", time="2024-01-02"),
    Document("很好！", id="b", url="https://a.cn/2", source="e/x.tsv", extra={"labels": ["x", "y"], "author": "李"}),
    Document("the book", id="c", text_b="is good", source="e/y.tsv", group="g", extra={"author": 7, "split": "test"}),
    Document("the book", id="d", tags=("B-PER", "O", "I-PER", "B-LOC"), tokens=tuple("abcd"), url="http://[x"),
]


PLAIN = Wanted()


def found(wanted: Wanted = PLAIN, cut: int = 2) -> Rows:
    columns = columns_of(wanted)
    parts = (table_of(ROWS[:cut]), table_of(ROWS[cut:]))
    return gather((part.select(columns) for part in parts), wanted)


def test_texts_that_differ_in_punctuation_alone_share_a_key_and_pairs_count_both() -> None:
    keys = found().letters_N
    assert keys[0] == keys[1]
    assert keys[2] != keys[3]
    turned = table_of(
        [Document("ab", text_b="c"), Document("a", text_b="bc"), Document("abc"), Document("abc", text_b="")]
    )
    assert len(set(pair_keys(turned).tolist())) == 4


def test_labels_come_from_the_column_or_a_list() -> None:
    labels = found().labels
    assert labels.names == ("x", "y", "正")
    assert labels.first_N1.tolist() == [0, 1, 3, 3, 3]
    assert labels.of(np.array([True, False, False, False])) == {2}
    assert labels.of(np.array([False, True, True, True])) == {0, 1}


def test_strata_can_be_kinds_of_entity_or_a_column() -> None:
    assert found(Wanted(strata="tags")).strata.names == ("LOC", "PER")
    by_source = found(Wanted(strata="folder")).strata
    assert [by_source.names[code] for code in by_source.codes_L] == ["d", "e", "e"]


@pytest.mark.parametrize("cut", [0, 1, 3, 4])
def test_how_rows_are_cut_into_parts_makes_no_difference(cut: int) -> None:
    wanted = Wanted(("author", "host"), "tags", time=True, side=SideRule({"train": ("*",)}))
    one, other = found(wanted), found(wanted, cut)
    for name in ("names_N", "letters_N", "times_N", "sides_N", "plain_N"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert all(np.array_equal(a, b) for a, b in zip(one.groups, other.groups, strict=True))
    assert one.strata.names == other.strata.names
    assert np.array_equal(one.strata.codes_L, other.strata.codes_L)


def test_groups_are_columns_hosts_folders_and_what_was_collected() -> None:
    table = table_of(ROWS)
    extras = [None, {"author": "李"}, {"author": 7}, None]
    assert column_values(table, "host", extras) == ["a.cn", "a.cn", None, None]
    assert column_values(table, "folder", extras) == ["d", "e", "e", None]
    assert column_values(table, "author", extras) == [None, "李", "7", None]
    assert column_values(table, "group", extras) == [None, None, "g", None]


def test_a_row_is_named_by_its_first_group_else_by_its_id() -> None:
    names = found(Wanted(("author", "group"))).names_N
    assert names.tolist() == [key_of("a"), key_of("李"), key_of("7"), key_of("d")]


def test_times_given_sides_and_what_is_running_text() -> None:
    rows = found(Wanted(time=True, side=SideRule({"train": ("x*",), "test": ("y*",)})))
    assert (rows.times_N == NO_TIME).tolist() == [False, True, True, True]
    assert rows.sides_N.tolist()[:3] == [TRAIN, TRAIN, TEST]
    assert rows.plain_N.tolist() == [False, False, False, False]
    assert gather(iter([table_of([Document("只有文字", id="a")])]), Wanted()).plain_N.tolist() == [True]


def test_a_group_that_no_row_has_is_refused() -> None:
    with pytest.raises(LeafoutError, match="no row has a `writer`"):
        found(Wanted(("writer",)))


def test_no_rows_are_no_rows() -> None:
    rows = gather(iter([]), Wanted())
    assert len(rows) == 0
