import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import unit_model
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.unit_model import Counts, chances, count
from leafout.corpus.kernels.units import Units, units

TEXTS = st.lists(st.text(alphabet="ab 叶绿.", max_size=30), max_size=5)


def units_of(texts: list[str]) -> Units:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    return units(bytes_U, offsets_N1[:-1], offsets_N1[1:], punctuation=True)


def test_chances_are_those_of_witten_and_bell() -> None:
    counts = count(units_of(["a b a c", "叶"]), bits=20)
    found = chances(units_of(["a b", "叶", "z"]), counts)
    uniform = 1 / (4 + 1)
    single = (2 + 4 * uniform) / (5 + 4)  # `a` stands twice among 5 units of 4 kinds
    assert found[0] == pytest.approx(single)
    b = (1 + 4 * uniform) / (5 + 4)
    assert found[1] == pytest.approx((1 + 2 * b) / (2 + 2))  # after `a` come `b` and `c`
    assert found[2] == pytest.approx((1 + 4 * uniform) / 9)
    assert found[3] == pytest.approx(4 * uniform / 9)


def test_chances_of_all_units_after_a_history_make_one() -> None:
    texts = ["a b a c", "叶 a b b"]
    counts = count(units_of(texts), bits=20)
    total = sum(chances(units_of([f"a b {unit}"]), counts)[-1] for unit in ("a", "b", "c", "叶", "unknown"))
    assert total == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, others=TEXTS, bits=st.sampled_from([3, 16]))
def test_compiled_and_plain_agree_and_no_chance_is_zero(texts: list[str], others: list[str], bits: int) -> None:
    counts = count(units_of(texts), bits=bits)
    plain = Counts(*(np.zeros(1 << bits, np.uint32) for _ in range(3)))
    found = units_of(texts)
    unit_model._count_plain(found.keys_V, found.first_N1, plain, bits)
    assert [part.tolist() for part in counts] == [part.tolist() for part in plain]
    asked = units_of(others)
    chances_V = chances(asked, counts)
    assert chances_V.tolist() == unit_model._chances_plain(asked.keys_V, asked.first_N1, counts, bits).tolist()
    assert ((chances_V > 0) & (chances_V <= 1)).all()
