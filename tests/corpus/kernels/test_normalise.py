import os
import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.kernels.normalise import needs_work
from leafout.text.normalise import NormaliseRules, normalise_counted

RULES = [
    NormaliseRules(),
    NormaliseRules(mojibake="off"),
    NormaliseRules(html_entities=True, full_width=True, punctuation="full"),
    NormaliseRules(nfkc=True),
    NormaliseRules(white_space=False, control=False),
]
CLEAN = ["", "plain text, here.", "今天天气很好，我们去公园吧。", "été à la mer — “oui”", "two\n\nlines", "a b\nc"]
FAULTY = [
    "a  b",
    " a",
    "a ",
    "a \nb",
    "a\n b",
    "a\n\n\nb",
    "a\tb",
    "a\r\nb",
    "\ufeffa",
    "a\u200bb",
    "a\u00a0b",
    "叶　子",
    "a\x07b",
    "a\x96b",
]
FAULTY += ["cafÃ©", "浣犲ソ涓栫晫", "锟斤拷", "a\u2028b", "\u2066a", "a\u00adb", "Ð¼Ð¸Ñ€"]


@pytest.mark.parametrize("text", CLEAN)
def test_clean_texts_are_passed_over(text: str) -> None:
    assert needs_work(pa.array([text])).tolist() == [False]


@pytest.mark.parametrize("text", FAULTY)
def test_what_a_rule_changes_is_seen(text: str) -> None:
    assert needs_work(pa.array([text])).tolist() == [True]
    assert normalise_counted(text)[1] != []


PIECES = [
    *CLEAN,
    *FAULTY,
    " ",
    "\n",
    "好",
    "é",
    "Ã",
    "©",
    "&amp;",
    "&#20320;",
    "ＡＢ１",
    "，",
    ",",
    ".",
    "!",
    "abc",
    "☕",
    "ﬁ",
    "浜",
    "锟",
]


@pytest.mark.parametrize("rules", RULES)
@given(texts=st.lists(st.one_of(st.lists(st.sampled_from(PIECES)).map("".join), st.text()), max_size=4))
def test_a_text_that_is_passed_over_would_not_change(rules: NormaliseRules, texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    for text, needed in zip(texts, needs_work(pa.array(texts, pa.string()), rules).tolist(), strict=True):
        assert needed or normalise_counted(text, rules) == (text, [])


def test_nulls_need_nothing_and_chunks_are_one() -> None:
    assert needs_work(pa.chunked_array([["a  b", None], ["a"]], pa.string())).tolist() == [True, False, False]


def test_without_a_compiler_the_answer_is_the_plain_one() -> None:
    texts = [*CLEAN, *FAULTY]
    code = (
        "import pyarrow as pa; from leafout.corpus.kernels import jit, normalise; assert not jit.COMPILED;"
        f"print(normalise.needs_work(pa.array({texts!r})).tolist())"
    )
    environment = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert eval(said.stdout) == [False] * len(CLEAN) + [True] * len(FAULTY)
