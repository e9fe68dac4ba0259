from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.record import ReadOptions, Reject
from leafout.corpus.readers.rows import Rows


def read(row: dict[str, Any], **options: Any) -> Document | Reject:
    (found,) = Rows(ReadOptions(**options)).read(row, 1)
    return found


@pytest.mark.parametrize(
    ("row", "text", "text_b", "label"),
    [
        ({"sentence": "句", "label": "102", "label_desc": "news", "keywords": "a,b"}, "句", None, "102"),
        ({"sentence1": "甲", "sentence2": "乙", "label": "1", "index": 3}, "甲", "乙", "1"),
        ({"question": "问", "sentence": "答", "label": "entailment", "idx": 0}, "问", "答", "entailment"),
        ({"question1": "甲", "question2": "乙", "is_duplicate": 0}, "甲", "乙", "0"),
        ({"sentence1": "A", "sentence2": "B", "gold_label": "neutral"}, "A", "B", "neutral"),
        ({"Quality": "1", "#1 ID": "7", "#2 ID": "8", "#1 String": "A", "#2 String": "B"}, "A", "B", "1"),
        ({"premise": "A", "hypothesis": "B", "label": 2}, "A", "B", "2"),
        ({"cat": "书籍", "label": 1, "review": "好"}, "好", None, "1"),
        ({"text": "a", "question": "b", "sentence": "c"}, "a", None, None),
    ],
)
def test_rows_of_benchmarks_are_known(row: dict[str, Any], text: str, text_b: str | None, label: str | None) -> None:
    found = read(row)
    assert isinstance(found, Document)
    assert (found.text, found.text_b, found.label) == (text, text_b, label)


def test_label_descriptions_and_indices_are_kept_beside() -> None:
    found = read({"sentence": "句", "label": "102", "label_desc": "news", "index": 5})
    assert isinstance(found, Document)
    assert found.extra == {"label_desc": "news", "index": 5}


def test_integers_get_the_names_they_were_given() -> None:
    names = {"ner_tags": ("O", "B-PER", "I-PER"), "label": ("坏", "好")}
    found = read({"tokens": ["小", "明"], "ner_tags": [1, 2], "label": 1}, class_names=names)
    assert isinstance(found, Document)
    assert (found.tags, found.label) == (("B-PER", "I-PER"), "好")
    bare = read({"tokens": ["小", "明"], "ner_tags": [1, 2]})
    assert isinstance(bare, Document)
    assert bare.tags == ("1", "2")
    unknown = read({"text": "a", "label": -1}, class_names=names)
    assert isinstance(unknown, Document)
    assert unknown.label is None
    wrong = read({"text": "a", "label": 2}, class_names=names)
    assert isinstance(wrong, Reject)
    assert wrong.reason == "no such class: `label` is 2, there are 2"


def test_what_the_user_calls_text_comes_before_any_shape() -> None:
    found = read({"prompt": "p", "completion": "c"}, columns={"text": "completion"})
    assert isinstance(found, Document)
    assert (found.text, found.extra) == ("c", {"prompt": "p"})


def test_shapes_are_told_by_values_too() -> None:
    spans = read({"text": "叶子", "label": [[0, 2, "X"]]})
    assert isinstance(spans, Document)
    assert spans.tags == ("B-X", "I-X")
    labels = read({"text": "叶子", "label": ["x", "y"]})
    assert isinstance(labels, Document)
    assert (labels.tags, labels.extra) == (None, {"labels": ["x", "y"]})
    plain = read({"text": "叶子", "messages": "no list"})
    assert isinstance(plain, Document)
    assert plain.text == "叶子"


def test_a_strict_table_must_have_the_named_columns() -> None:
    with pytest.raises(LeafoutError, match="no column `body`"):
        Rows(ReadOptions(columns={"text": "body"}), strict=True).layout(("a", "b"))


def test_many_layouts_do_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafout.corpus.readers.rows._MAX_LAYOUTS", 3)
    rows = Rows(ReadOptions())
    for number in range(20):
        (found,) = rows.read({"text": "a", f"x{number}": 1}, 1)
        assert isinstance(found, Document)
    assert len(rows._layouts) <= 3
