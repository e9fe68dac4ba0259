import os
import re
import subprocess
import sys

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.kernels import letters as kernel
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.letters import TABLE_END, letter_keys, letter_table, letters

TEXTS = st.lists(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("aB _-。！很好ＡΣß"))), max_size=8)


def test_case_space_and_punctuation_make_no_difference() -> None:
    same = letter_keys(pa.array(["Good, 很 好！", "good很好", "GOOD很—好..."]))
    assert len(set(same.tolist())) == 1
    other = letter_keys(pa.array(["good 很好 1", "goo 很好", "good 好很", "g_ood很好"]))
    assert len({same[0], *other.tolist()}) == 5


def test_texts_without_a_letter_are_alike() -> None:
    assert len(set(letter_keys(pa.array(["……", "！？", "", None, "🙂"])).tolist())) == 1


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_dropped_is_what_regular_expressions_call_no_word(text: str) -> None:
    assert len(letters(text)) == len(re.sub(r"\W", "", text))


def test_no_letter_stands_beyond_the_table() -> None:
    assert not any(chr(code).isalnum() for code in range(TABLE_END, sys.maxunicode + 1))
    assert letter_table()[ord("A")] == ord("a")
    assert letter_table()[ord("。")] == 0


@given(TEXTS)
def test_the_compiled_pass_equals_the_plain_one(texts: list[str]) -> None:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    plain = kernel._keys_plain(bytes_U, offsets_N1, letter_table())
    assert np.array_equal(letter_keys(pa.array(texts, pa.string())), plain)


def test_without_a_compiler_keys_are_the_same() -> None:
    code = (
        "import pyarrow as pa; from leafout.corpus.kernels.letters import letter_keys;"
        "print(letter_keys(pa.array(['Good 很好', 'x_1'])).tolist())"
    )
    env = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == str(letter_keys(pa.array(["Good 很好", "x_1"])).tolist())
