from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.documents import Document
from leafout.corpus.readers.record import Reject
from leafout.corpus.readers.spans import holds_spans, parted, read_spans, tag_tokens


def tagged(text: str, spans: Any) -> list[tuple[str, str]]:
    row = read_spans({"text": text, "label": spans}, "text", "label", line=1)
    assert isinstance(row, Document), row
    assert row.tokens is not None
    assert row.tags is not None
    return list(zip(row.tokens, row.tags, strict=True))


def test_cluener_ends_at_the_last_character() -> None:
    found = tagged("彭小军在CNN工作", {"name": {"彭小军": [[0, 2]]}, "company": {"CNN": [[4, 6]]}})
    assert [tag for _, tag in found] == ["B-name", "I-name", "I-name", "O", "B-company", "O", "O"]
    assert found[4][0] == "CNN"


@pytest.mark.parametrize(
    "span",
    [[0, 5, "LOC"], {"start_offset": 0, "end_offset": 5, "label": "LOC"}, {"start": 0, "end": 5, "labels": ["LOC"]}],
)
def test_doccano_ends_behind_the_last_character(span: Any) -> None:
    assert tagged("Paris is 大", [span]) == [("Paris", "B-LOC"), ("is", "O"), ("大", "O")]


def test_a_span_inside_a_word_cuts_it() -> None:
    assert tagged("iPhone6s", [[0, 6, "P"]]) == [("iPhone", "B-P"), ("6", "O"), ("s", "O")]
    assert tagged("preWarsaw", [[3, 9, "L"]]) == [("pre", "O"), ("Warsaw", "B-L")]


def test_overlapping_spans_are_set_aside_and_kept() -> None:
    row = read_spans(
        {"text": "北京大学", "label": [[0, 2, "LOC"], [0, 4, "ORG"], [2, 4, "X"]]}, "text", "label", line=1
    )
    assert isinstance(row, Document)
    assert row.tags == ("B-ORG", "I-ORG", "I-ORG", "I-ORG")
    assert row.extra == {"overlapping": [[0, 2, "LOC"], [2, 4, "X"]]}


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([[0, 9, "A"]], "span outside the text: 0 to 9 of 3 characters"),
        ([[-1, 1, "A"]], "span outside"),
        ([[1, 1, "A"]], "span outside"),
        ([[0, 1, 5]], "span without a type"),
        ({"A": {"错": [[0, 0]]}}, "span does not hold its words"),
        ({"A": {"叶": [[0]]}}, "span is no [start, end]"),
        ([[1, 2, "A"]], "span holds blanks"),
    ],
)
def test_spans_that_do_not_fit_reject_the_row(spans: Any, said: str) -> None:
    row = read_spans({"text": "叶 a", "label": spans}, "text", "label", line=1)
    assert isinstance(row, Reject)
    assert said in row.reason


@pytest.mark.parametrize("text", ["", " ", None, 5, "a\0b"])
def test_a_row_without_text_is_rejected(text: Any) -> None:
    assert isinstance(read_spans({"text": text, "label": []}, "text", "label", line=1), Reject)


def test_labels_of_other_kinds_are_no_spans() -> None:
    assert not holds_spans(["a", "b"])
    assert not holds_spans([])
    assert holds_spans([], empty=True)
    assert not holds_spans({"x": 1})
    assert not holds_spans([[1, 2]])
    assert holds_spans({"name": {"a": [[0, 0]]}})


@given(
    st.text(st.sampled_from("ab1 叶春。\n"), max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)))
)
def test_tokens_hold_all_that_is_not_blank_and_spans_begin_once(text: str, pairs: list[tuple[int, int]]) -> None:
    fit = [(a, b, "X") for a, b in pairs if a < b <= len(text) and text[a:b].strip()]
    kept, aside = parted(sorted(fit, key=lambda span: (span[0], -span[1])))
    tokens, tags = tag_tokens(text, kept)
    assert "".join(tokens) == "".join(text.split())
    assert len(tokens) == len(tags)
    assert tags.count("B-X") == len(kept)
    assert len(kept) + len(aside) == len(set(fit))
