import numpy as np
import pyarrow as pa
import pytest

from decoded import decoded
from leafout.corpus.kernels.quality import edits
from leafout.corpus.kernels.quality_edit import citation_words, edit_limits, longest_run, mark_chars
from leafout.text.quality import QualityRules
from leafout.text.quality_edit import EDITS


def test_limits_are_numbers_and_open_where_a_rule_is_off() -> None:
    limits_LE = edit_limits(QualityRules.read({"c4": {"min_line_words": {"zh": None}, "policy": {"en": False}}}))
    zh, en = (dict(zip(EDITS, row, strict=True)) for row in limits_LE.tolist()[:2])
    assert np.isnan([zh["c4_min_line_words"], en["c4_policy"], zh["c4_javascript"]]).all()
    assert (en["c4_min_line_words"], zh["c4_policy"], en["c4_max_word_chars"]) == (3, 1, 1000)
    assert np.isnan(edit_limits(QualityRules())).all()


@pytest.mark.parametrize(
    ("text", "chars"),
    [("[12]", 4), ("[edit]", 6), ("[编辑]x", 4), ("[]", 0), ("[12", 0), ("[edit", 0), ("[edits]", 0), ("[1a]", 0)],
)
def test_the_length_of_a_citation_mark(text: str, chars: int) -> None:
    room, length = decoded(text)
    assert mark_chars(room.codes_C, 0, length, citation_words()) == chars


def test_runs_stop_at_white_space_and_chinese() -> None:
    room, length = decoded("abc，de我fghijkl m")
    assert longest_run(room, length) == 7


def test_an_array_may_have_chunks_nulls_and_an_offset() -> None:
    prose = "正文的一行以句号结束。"
    texts = pa.chunked_array([["x", f"{prose}\n菜单"], [None, prose]]).slice(1)
    left, counts_NE = edits(texts, ["zh"] * 3, QualityRules(preset="c4"))
    assert left.to_pylist() == [prose, "", prose]
    assert counts_NE.sum(axis=0).tolist() == [0, 1, 0, 0, 0, 0]
    none, counts_NE = edits(pa.array([], pa.string()), [], QualityRules(preset="c4"))
    assert (len(none), counts_NE.shape) == (0, (0, len(EDITS)))
