import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.record import Reject, choose_columns, document_of, join_tokens, word_of


def test_columns_are_known_by_the_names_the_field_uses() -> None:
    assert choose_columns(["idx", "Sentence1", "sentence2", "label"], {}) == {
        "text": "Sentence1",
        "text_b": "sentence2",
        "label": "label",
    }
    assert choose_columns(["评论", "标签"], {}) == {"text": "评论", "label": "标签"}
    assert choose_columns(["x", "y"], {}) == {}


def test_what_the_user_says_comes_first() -> None:
    assert choose_columns(["title", "text"], {"text": "title"})["text"] == "title"
    with pytest.raises(LeafoutError, match="unknown part"):
        choose_columns(["a"], {"texts": "a"})


def test_several_labels_are_kept_beside() -> None:
    row = document_of({"text": "a", "label": ["x", "y"]}, {"text": "text", "label": "label"}, line=1)
    assert isinstance(row, Document)
    assert (row.label, row.extra) == (None, {"labels": ["x", "y"]})


def test_tokens_are_joined_as_each_language_writes() -> None:
    assert join_tokens(["我", "爱", "deep", "learning", "！"]) == "我爱deep learning！"


def test_two_texts_are_known_by_names_that_mean_it_only_together() -> None:
    assert choose_columns(["question", "sentence", "label"], {}) == {
        "text": "question",
        "text_b": "sentence",
        "label": "label",
    }
    assert choose_columns(["question", "sentence"], {"text": "sentence"}) == {"text": "sentence"}


@pytest.mark.parametrize(
    ("value", "word"),
    [(1.0, "1"), (1.5, "1.5"), (float("nan"), None), (True, "true"), (0, "0"), ("", None), (None, None), ("x", "x")],
)
def test_values_become_words(value: object, word: str | None) -> None:
    assert word_of(value) == word


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "a", "text_b": 5}, "second text is no string: int"),
        ({"text": "a", "text_b": "b\0"}, "NUL character"),
        ({"text": "a", "label": {}}, "label is no word: object"),
        ({"text": "\u3000 "}, "empty text"),
    ],
)
def test_rows_that_cannot_be_are_rejected(row: dict[str, object], reason: str) -> None:
    found = document_of(row, choose_columns(list(row), {}), line=1)
    assert isinstance(found, Reject)
    assert found.reason == reason
