import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.kernels.pii import mask_batch, may_hold, replaced, triggers
from leafout.text import pii_triggers
from leafout.text.pii import mask
from leafout.text.pii_rules import PersonalData

TEXTS = [
    "电话 13812345678，邮箱 li.lei@example.com",
    None,
    "",
    "nothing personal here, only the year 2024 and version 1.2.3",
    "联系人：张伟",
    "住在北京市海淀区中关村大街27号",
    "He lives at 12 Baker Street; 10.1.2.3 is his server",
    "身份证11010519491231002X 住在",
]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_batch_is_masked_as_each_text_is(kind: pa.DataType) -> None:
    for rules in (PersonalData(), PersonalData(kinds=("name", "phone")), PersonalData(kinds=("mac",))):
        masked, counts = mask_batch(pa.array(TEXTS, kind), rules)
        alone = [(text, {}) if text is None else mask(text, rules) for text in TEXTS]
        assert masked.to_pylist() == [text for text, _ in alone]
        assert masked.type == kind
        assert counts == {
            name: sum(found.get(name, 0) for _, found in alone)
            for name in {name for _, found in alone for name in found}
        }


def test_a_slice_and_chunks_are_masked_too() -> None:
    whole = pa.array(TEXTS)
    assert mask_batch(whole[4:])[0].to_pylist() == mask_batch(whole)[0].to_pylist()[4:]
    chunked = pa.chunked_array([TEXTS[:3], TEXTS[3:]])
    assert mask_batch(chunked)[0].equals(mask_batch(whole)[0])


def test_nothing_found_is_the_same_array() -> None:
    texts = pa.array(["plain", "文本"])
    assert mask_batch(texts)[0] is texts


@given(st.lists(st.text(alphabet="0123 .()/+-:@aFgZ号弄室中é-"), max_size=5))
def test_the_compiled_triggers_are_the_plain_ones(texts: list[str]) -> None:
    held_N = triggers(pa.array(texts, pa.string()))
    assert held_N.tolist() == [pii_triggers.triggers(text) for text in texts]


@given(st.lists(st.text(), max_size=5))
def test_they_are_so_for_any_text(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    held_N = triggers(pa.array(texts, pa.string()))
    assert held_N.tolist() == [pii_triggers.triggers(text) for text in texts]


def test_a_text_that_can_hold_nothing_is_left_alone() -> None:
    rules = PersonalData(kinds=("email", "phone"))
    assert may_hold(pa.array(TEXTS), rules).tolist() == [True, False, False, False, False, False, False, True]
    assert may_hold(pa.array(TEXTS), PersonalData(kinds=("name",))).all()


def test_some_texts_are_replaced_by_place() -> None:
    assert replaced(pa.array(["a", None, "c"]), {0: "x", 2: "z"}).to_pylist() == ["x", None, "z"]


def test_without_a_compiler_the_triggers_are_the_same() -> None:
    code = (
        "import pyarrow as pa; from leafout.corpus.kernels import jit, pii; assert not jit.COMPILED;"
        f"print(pii.triggers(pa.array({TEXTS!r})).tolist())"
    )
    environment = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert np.array_equal(eval(said.stdout), triggers(pa.array(TEXTS)))
