from collections import Counter

import numpy as np
import pyarrow as pa

from leafout.corpus.documents import Document, table_of
from leafout.corpus.repetition import Edits, commonest, editable_texts, with_texts


def test_a_tagged_row_is_not_edited() -> None:
    table = table_of([Document("叶绿素", tokens=("叶绿", "素"), tags=("B", "I")), Document("plain text")])
    assert editable_texts(table).to_pylist() == ["", "plain text"]
    assert editable_texts(table_of([Document("a"), Document("b")])).to_pylist() == ["a", "b"]
    assert editable_texts(table_of([])).to_pylist() == []


def test_only_changed_rows_get_new_texts_and_all_of_it_is_counted() -> None:
    table = table_of([Document("一二三", id="a"), Document("four five", id="b"), Document("六", id="c")])
    new, edits = with_texts(table, pa.array(["一", "x", " \n"]), np.array([True, False, True]))
    assert new.column("text").to_pylist() == ["一", "four five", " \n"]
    assert new.column("id").to_pylist() == ["a", "b", "c"]
    assert new.schema == table.schema
    assert edits.counts() == {"documents": 2, "emptied": 1, "pieces": 0, "bytes": 6 + 3 - 2}


def test_a_table_without_changes_is_the_same() -> None:
    table = table_of([Document("a")])
    new, edits = with_texts(table, pa.array(["b"]), np.array([False]))
    assert new is table
    assert not any(edits.counts().values())


def test_edits_of_parts_add_up_and_keep_the_commonest_examples() -> None:
    whole = Edits()
    for part in range(5):
        whole.add(Edits(1, 0, 2, 10, Counter({"分享到微博": 3} | {f"{part} {number}": 1 for number in range(900)})))
    assert whole.counts() == {"documents": 5, "emptied": 0, "pieces": 10, "bytes": 50}
    assert commonest(whole.examples, 1) == [("分享到微博", 15)]
    assert len(whole.examples) <= 2000
