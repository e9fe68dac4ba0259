import numpy as np
import pyarrow as pa
import pytest

from leafout.corpus.contamination import IndexMaker, NgramIndex
from leafout.corpus.contamination_rule import Contamination
from leafout.corpus.contamination_spans import spans_in, without

RULE = Contamination(words=4, characters=5, short_words=3, short_characters=3, margin_chars=3, min_piece_chars=4)
ZH, EN = "春眠不觉晓处处闻啼鸟", "the quick brown fox jumps"


def index() -> NgramIndex:
    maker = IndexMaker(RULE)
    maker.add(pa.array([ZH, EN]))
    return maker.index()


def spans(text: str) -> list[tuple[int, int]]:
    found = index()
    return spans_in(text, found, np.zeros(len(found.entries.hashes_E), bool))


def test_spans_are_in_characters_and_overlapping_n_grams_are_one() -> None:
    text = f"题目：{ZH}。又说 THE quick, brown fox jumps! 完"
    assert [text[begin:end] for begin, end in spans(text)] == [ZH, "THE quick, brown fox jumps"]
    assert spans("没有相同的话") == []


def test_n_grams_that_are_common_are_cut_only_where_nothing_else_was_found() -> None:
    found = index()
    first = spans_in(ZH[:5], found, np.zeros(len(found.entries.hashes_E), bool))
    common_E = np.ones(len(found.entries.hashes_E), bool)
    assert spans_in(ZH[:5], found, common_E) == first == [(0, 5)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("前面的话很长很长" + ZH + "后面的话也很长", "前面的话很\n\n话也很长"),
        ("短" + ZH + "后面的话也很长", "话也很长"),
        (ZH, None),
        ("没有相同的话", "没有相同的话"),
    ],
)
def test_a_margin_goes_too_and_short_pieces(text: str, kept: str | None) -> None:
    assert without(text, spans(text), RULE) == kept


def test_a_document_that_would_be_cut_into_too_many_pieces_goes_whole() -> None:
    text = ("几个字在这里面" + ZH) * 4 + "几个字在这里面"
    rule = RULE.model_copy(update={"margin_chars": 0, "max_pieces": 5})
    assert without(text, spans(text), rule) == "\n\n".join(["几个字在这里面"] * 5)
    assert without(text, spans(text), rule.model_copy(update={"max_pieces": 4})) is None
