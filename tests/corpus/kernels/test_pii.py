import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.kernels.pii import may_hold, triggers
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
def test_what_cannot_hold_anything_is_not_changed_by_masking(kind: pa.DataType) -> None:
    array = pa.array(TEXTS, kind)
    for rules in (PersonalData(), PersonalData(kinds=("name", "phone")), PersonalData(kinds=("mac",))):
        found_N = may_hold(array, rules)
        assert all(
            held or text is None or mask(text, rules)[0] == text for held, text in zip(found_N, TEXTS, strict=True)
        )
        assert may_hold(array.slice(4), rules).tolist() == found_N[4:].tolist()
        assert may_hold(pa.chunked_array([array[:3], array[3:]]), rules).tolist() == found_N.tolist()
    assert may_hold(array)[:3].tolist() == [True, False, False]


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


def test_without_a_compiler_the_triggers_are_the_same() -> None:
    code = (
        "import pyarrow as pa; from leafout.corpus.kernels import jit, pii; assert not jit.COMPILED;"
        f"print(pii.triggers(pa.array({TEXTS!r})).tolist())"
    )
    environment = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert np.array_equal(eval(said.stdout), triggers(pa.array(TEXTS)))
