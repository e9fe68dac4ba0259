from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels.tidying import normalised
from leafout.text.normalise import DEFAULT, NormaliseRules, normalise_counted

CHARS = "ab 。春\n\r\t \u3000\u2028\u2029\u200b\u200d\u200c\xad\x07\x7f\x85\xa0Ã©é锟斤👩\ufeff\u2066\u1680\u205f&＆"


def _plain(texts: list[str | None], rules: NormaliseRules) -> tuple[dict[int, str], Counter[str]]:
    changed, edits = {}, Counter[str]()
    for place, text in enumerate(texts):
        if text is not None:
            new, names = normalise_counted(text, rules)
            edits.update(names)
            if new != text:
                changed[place] = new
    return changed, edits


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(st.none() | st.text(alphabet=CHARS, max_size=30) | st.text(max_size=20), max_size=6))
@example(texts=["春 \r\n\n 眠", " \u2029", "", None, "a\u200b b", "\r\u200b\na", "a\n \n \n b"])
def test_the_compiled_pass_gives_what_the_plain_functions_give(texts: list[str | None]) -> None:
    assert normalised(pa.array(texts, pa.string())) == _plain(texts, DEFAULT)


@pytest.mark.parametrize(
    "values", [{"nfkc": True}, {"white_space": False}, {"html_entities": True}, {"control": False}]
)
def test_other_rules_are_followed_too(values: dict[str, object]) -> None:
    texts = ["ＡＢ  &amp; 春\x07", "fine", None, "x\u200by "]
    rules = NormaliseRules.read(values)
    assert normalised(pa.array(texts, pa.large_string()), rules) == _plain(texts, rules)


def test_a_clean_batch_is_left_alone() -> None:
    assert normalised(pa.chunked_array([["春眠不觉晓", "spring sleep"]])) == ({}, Counter())
