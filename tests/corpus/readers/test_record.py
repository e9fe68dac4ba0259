import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.record import choose_columns, document_of, join_tokens


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
