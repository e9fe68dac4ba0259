from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.documents import Document, table_of
from leafout.corpus.splits import by_count, by_hash, content_digest, units

IDS = [f"id{number}" for number in range(300)]
LABELS = [("正", "负", "中")[number % 3] for number in range(300)]


def test_rows_that_share_a_value_in_any_bond_are_one_unit() -> None:
    found = units(["c", "b", "a", "d"], ["x", "x", "y", "x"], [[1, 1, None, None], [None, 5, 5, 6]])
    assert [(unit.rows, unit.name, unit.label) for unit in found] == [((0, 1, 2), "a", "x"), ((3,), "d", "x")]


def test_by_hash_a_row_added_later_moves_no_other() -> None:
    before = by_hash(units(IDS[:200], LABELS[:200], []), val=0.2, test=0.2, seed=1)
    after = by_hash(units(IDS, LABELS, []), val=0.2, test=0.2, seed=1)
    assert after[:200] == before
    assert 0.1 < before.count("test") / 200 < 0.3


def test_by_count_each_label_has_its_fraction() -> None:
    sides = by_count(units(IDS, LABELS, []), val=0.1, test=0.2, seed=1, stratify=True)
    for label in set(LABELS):
        mine = [side for side, other in zip(sides, LABELS, strict=True) if other == label]
        assert (mine.count("test"), mine.count("val"), mine.count("train")) == (20, 10, 70)


def test_another_seed_parts_otherwise() -> None:
    found = units(IDS, LABELS, [])
    assert by_hash(found, val=0.1, test=0.1, seed=1) != by_hash(found, val=0.1, test=0.1, seed=2)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.booleans())
def test_no_group_ever_crosses(groups: list[int], stratify: bool) -> None:
    ids, labels = [f"r{n}" for n in range(len(groups))], [LABELS[n] for n in range(len(groups))]
    found = units(ids, labels, [groups])
    for sides in (
        by_hash(found, val=0.2, test=0.2, seed=0),
        by_count(found, val=0.2, test=0.2, seed=0, stratify=stratify),
    ):
        side_of = {groups[row]: side for unit, side in zip(found, sides, strict=True) for row in unit.rows}
        for unit, side in zip(found, sides, strict=True):
            assert all(side_of[groups[row]] == side for row in unit.rows)


def test_the_lock_of_a_part_hangs_on_ids_texts_labels_and_their_order() -> None:
    rows = [Document("好", id="a", label="x"), Document("书", id="b", text_b="the book", language="zh")]
    whole = content_digest(table_of(rows))
    assert whole == content_digest(table_of([rows[0], Document("书", id="b", text_b="the book", language="en")]))
    others = [
        [rows[1], rows[0]],
        [rows[0]],
        [rows[0], Document("书", id="c", text_b="the book")],
        [rows[0], Document("书。", id="b", text_b="the book")],
        [rows[0], Document("书", id="b")],
        [rows[0], Document("书", id="b", text_b="the book", label="x")],
    ]
    assert len({whole, *(content_digest(table_of(other)) for other in others)}) == 7
