import random

import pyarrow as pa

from leafout.corpus.card_sample import Sample
from leafout.corpus.documents import Document, table_of
from leafout.corpus.ids import content_id

ROWS = [Document(f"第{n}篇 document {n} " * 40, id=content_id(str(n)), source=f"s{n % 2}") for n in range(500)]


def sample(rows: list[Document], *, cut: int) -> Sample:
    found = Sample(most=7)
    for start in range(0, len(rows), cut):
        found.add(table_of(rows[start : start + cut]))
    return found


def test_it_is_the_same_for_any_order_and_any_batches_and_merged() -> None:
    plain = sample(ROWS, cut=500).plain()
    assert len(plain) == 7
    shuffled = list(ROWS)
    random.Random(1).shuffle(shuffled)
    assert sample(shuffled, cut=13).plain() == plain
    left, right = sample(ROWS[:100], cut=9), sample(ROWS[100:], cut=50)
    left.merge(right)
    assert left.plain() == plain


def test_texts_are_cut_and_what_is_not_said_is_absent() -> None:
    for row in sample(ROWS, cut=100).plain():
        assert len(row["text"]) == 300
        assert set(row) == {"id", "source", "text"}


def test_documents_without_ids_are_taken_as_well() -> None:
    found = Sample(most=2)
    found.add(table_of([Document("甲"), Document("b"), Document("c")]))
    found.add(table_of([Document("a")]).set_column(0, "id", pa.array([None], pa.string())))
    assert [row["text"] for row in found.plain()] == ["b", "c"]
