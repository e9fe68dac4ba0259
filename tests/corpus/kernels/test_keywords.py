import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import keywords as module
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.keywords import found_in, keywords
from leafout.corpus.kernels.units import Units, units


def units_of(texts: list[str]) -> Units:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    return units(bytes_U, offsets_N1[:-1], offsets_N1[1:], punctuation=False, numbers=True)


@pytest.mark.parametrize(
    ("text", "different", "times"),
    [
        ("国产芯片和芯片设计", 1, 2),
        ("The Chip maker's chips", 1, 1),
        ("machine-learning, Machine Learning", 1, 2),
        ("machine that is learning", 0, 0),
        ("５G 与 5g", 1, 1),
        ("4G 芯 片", 1, 1),
        ("芯片 chip machine learning", 3, 3),
        ("", 0, 0),
    ],
)
def test_words_are_whole_and_chinese_is_found_inside(text: str, different: int, times: int) -> None:
    found = found_in(units_of([text]), keywords(["芯片", "chip", "Machine learning", "5G", "CHIP", "！"]))
    assert [int(part[0]) for part in found] == [different, times]


def test_no_keyword_finds_nothing() -> None:
    found = found_in(units_of(["芯片"]), keywords([]))
    assert [part.tolist() for part in found] == [[0], [0]]


WORD = st.text(alphabet="ab 芯片", max_size=5)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(WORD, max_size=5), texts=st.lists(st.text(alphabet="ab 芯片", max_size=30), max_size=4))
def test_compiled_and_plain_agree(words: list[str], texts: list[str]) -> None:
    known, of = keywords(words), units_of(texts)
    plain = module._found_plain(of.keys_V, of.first_N1, known.keys_K, known.longest)
    assert [part.tolist() for part in found_in(of, known)] == [part.tolist() for part in plain]
