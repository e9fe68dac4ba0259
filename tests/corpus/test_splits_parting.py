import numpy as np
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, table_of
from leafout.corpus.splits import TEST, TRAIN, VAL
from leafout.corpus.splits_parting import Parting, part_rows, units_of
from leafout.corpus.splits_rows import Rows, Wanted, gather

LABELS = ("正", "负", "中")


def rows_of(documents: list[Document], wanted: Wanted) -> Rows:
    return gather(iter([table_of(documents)]), wanted)


def plain(count: int) -> list[Document]:
    return [Document(f"第{n}条 row {n}", id=f"r{n}", label=LABELS[n % 3]) for n in range(count)]


def test_equal_letters_groups_and_clusters_bind_the_rows_that_are_left() -> None:
    documents = [
        Document(text, id=str(n), group=g)
        for n, (text, g) in enumerate(zip(["甲", "甲。", "乙", "丙", "丁"], "aabbc", strict=True))
    ]
    rows = rows_of(documents, Wanted(("group",)))
    left = np.array([1, 2, 3, 4])
    assert units_of(rows, left, None).unit_N.tolist() == [0, 1, 1, 2]
    assert units_of(rows, left, np.array([0, 1, 2, 3, 1])).unit_N.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("method", ["hash", "random", "stratified"])
def test_each_method_parts_every_row_that_is_left(method: str) -> None:
    rows, left = rows_of(plain(300), Wanted()), np.arange(0, 300, 2)
    sides, cuts = part_rows(rows, left, None, Parting(method, 0.2, 0.2, 1))  # type: ignore[arg-type]  # names of methods
    assert cuts == {}
    assert [15 <= int((sides == side).sum()) <= 45 for side in (VAL, TEST)] == [True, True]
    assert (sides == TRAIN).sum() >= 60


def test_stratified_by_one_label_is_exact() -> None:
    rows = rows_of(plain(300), Wanted())
    sides, _ = part_rows(rows, np.arange(300), None, Parting("stratified", 0.1, 0.2, 1))
    assert all(np.bincount(sides[n::3]).tolist() == [70, 10, 20] for n in range(3))


def test_stratified_counts_every_label_of_a_row() -> None:
    documents = [
        Document(
            f"第{n}条 row {n}",
            id=f"r{n}",
            extra={"labels": [x for x, k in (("a", 2), ("b", 3), ("c", 25)) if n % k == 0]},
        )
        for n in range(600)
    ]
    sides, _ = part_rows(rows_of(documents, Wanted()), np.arange(600), None, Parting("stratified", 0.0, 0.25, 1))
    for every in (2, 3, 25):
        assert abs(int((sides[::every] == TEST).sum()) - 0.25 * len(sides[::every])) <= 1


def test_groups_of_mixed_labels_are_dealt_by_all_their_labels() -> None:
    """Each group's commonest label is the same; only the rare label tells groups apart."""
    documents = [
        Document(f"row {n}", id=f"r{n}", group=f"g{n // 10}", label="rare" if n % 10 < n // 10 % 2 * 2 else "often")
        for n in range(1000)
    ]
    rows = rows_of(documents, Wanted(("group",)))
    sides, _ = part_rows(rows, np.arange(1000), None, Parting("stratified", 0.0, 0.2, 3))
    rare = rows.labels.codes_L == rows.labels.names.index("rare")
    assert int((sides[rare] == TEST).sum()) == 20


def test_by_time_a_unit_is_as_new_as_its_newest_row() -> None:
    documents = [
        Document(f"row {n}", id=f"r{n}", time=f"2024-01-{n + 1:02}", group="old and new" if n in {0, 9} else None)
        for n in range(10)
    ]
    rows = rows_of(documents, Wanted(("group",), time=True))
    sides, cuts = part_rows(rows, np.arange(10), None, Parting("time", 0.2, 0.2, 0))
    assert sides.tolist() == [TEST, *[TRAIN] * 6, VAL, VAL, TEST]
    assert cuts == {"val_from": "2024-01-08T00:00:00Z", "test_from": "2024-01-10T00:00:00Z"}


def test_nothing_to_stratify_by_is_said() -> None:
    rows = rows_of([Document(f"row {n}", id=str(n)) for n in range(9)], Wanted())
    with pytest.raises(LeafoutError, match="no row has a label to stratify by"):
        part_rows(rows, np.arange(9), None, Parting("stratified", 0.1, 0.1, 0))
