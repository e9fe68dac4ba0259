import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import pieces
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.pieces import Fold, Pieces, keys, split, without

TEXT = st.text(alphabet="ab Z19０\n\n\r\t,。分享É\u3000\u200b𠀀🙂-'", max_size=40)
TEXTS = st.lists(TEXT, max_size=6)


def keys_of(lines: list[str], fold: Fold) -> list[int]:
    array = pa.array(lines, pa.string())
    bytes_U, offsets_N1 = utf8(array)
    whole = Pieces(offsets_N1[:-1], offsets_N1[1:], np.arange(len(lines) + 1))
    return [int(key) for key in keys(bytes_U, whole, fold)[0]]


def lines_of(text: str, *, blank_lines: bool = False) -> list[str]:
    bytes_U, offsets_N1 = utf8(pa.array([text], pa.string()))
    found = split(bytes_U, offsets_N1, blank_lines=blank_lines)
    return [bytes_U[a:b].tobytes().decode() for a, b in zip(found.starts_L, found.ends_L, strict=True)]


def kept(text: str, gone: set[str], *, blank_lines: bool = False) -> str:
    bytes_U, offsets_N1 = utf8(pa.array([text], pa.string()))
    found = split(bytes_U, offsets_N1, blank_lines=blank_lines)
    gone_L = np.array([line in gone for line in lines_of(text, blank_lines=blank_lines)], bool)
    return str(without(bytes_U, offsets_N1, found, gone_L)[0].as_py())


def test_lines_and_paragraphs_stand_where_they_should() -> None:
    text = "\n第一行 \n \nsecond line\r\nthird\n\n\t\n末行"
    assert lines_of(text) == ["第一行 ", "second line\r", "third", "末行"]
    assert lines_of(text, blank_lines=True) == ["第一行 ", "second line\r\nthird", "末行"]
    assert lines_of("\n \n\t") == lines_of("") == []


@pytest.mark.parametrize(
    ("first", "second", "fold"),
    [
        ("Share  on Twitter", "share on\u3000twitter ", Fold()),
        ("第 3 页，共 12 页", "第 17 页，共 9 页", Fold()),
        ("责任编辑：张三", "责任编辑张三", Fold()),
        ("阅读（１２）", "阅读(345)", Fold()),
        ("zero\u200bwidth", "zerowidth", Fold(case=False, digits=False, punctuation=False)),
    ],
)
def test_folding_makes_lines_equal(first: str, second: str, fold: Fold) -> None:
    a, b = keys_of([first, second], fold)
    assert a == b


@pytest.mark.parametrize(
    ("first", "second", "fold"),
    [
        ("Share", "share", Fold(case=False)),
        ("Page 1", "Page 2", Fold(digits=False)),
        ("100", "10", Fold(digits=False)),
        ("a.b", "ab", Fold(punctuation=False)),
        ("a b", "ab", Fold()),
        ("分享", "分享到", Fold()),
        ("𠀀", "𠀁", Fold()),
    ],
)
def test_what_is_not_folded_parts_lines(first: str, second: str, fold: Fold) -> None:
    a, b = keys_of([first, second], fold)
    assert a != b


def test_length_counts_a_chinese_character_twice_and_white_space_not_at_all() -> None:
    bytes_U, offsets_N1 = utf8(pa.array(["ab 分享, 100!"], pa.string()))
    found = Pieces(offsets_N1[:-1], offsets_N1[1:], np.array([0, 1]))
    _, lengths, letters = keys(bytes_U, found, Fold())
    assert (int(lengths[0]), int(letters[0])) == (2 + 4 + 1, 4)
    _, lengths, letters = keys(bytes_U, found, Fold(case=False, digits=False, punctuation=False))
    assert (int(lengths[0]), int(letters[0])) == (2 + 4 + 1 + 3 + 1, 4)


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("标题\n\n分享到微博\n\n正文", {"分享到微博"}, "标题\n\n正文"),
        ("a\nSHARE\nb", {"SHARE"}, "a\nb"),
        ("a\nSHARE\n\nb", {"SHARE"}, "a\n\nb"),
        ("SHARE\n\na\n", {"SHARE"}, "a\n"),
        ("a\n\nSHARE\n", {"SHARE"}, "a"),
        ("x\na\ny\n\n\nz\nb", {"x", "y", "z"}, "a\n\n\nb"),
        ("SHARE\n", {"SHARE"}, ""),
        (" a \n b ", {"c"}, " a \n b "),
    ],
)
def test_what_stays_when_pieces_go(text: str, gone: set[str], left: str) -> None:
    assert kept(text, gone) == left


@settings(max_examples=80, deadline=None)
@given(
    texts=TEXTS,
    blank_lines=st.booleans(),
    fold=st.builds(Fold, st.booleans(), st.booleans(), st.booleans()),
    seed=st.integers(0, 99),
)
def test_compiled_and_plain_agree(texts: list[str], blank_lines: bool, fold: Fold, seed: int) -> None:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    found = split(bytes_U, offsets_N1, blank_lines=blank_lines)
    plain = pieces._split_plain(bytes_U, offsets_N1, blank_lines)
    for one, other in zip(found, plain, strict=True):
        assert one.tolist() == other.tolist()
    for got, expected in zip(
        keys(bytes_U, found, fold),
        pieces._keys_plain(bytes_U, found.starts_L, found.ends_L, pieces.fold_table(fold)),
        strict=True,
    ):
        assert got.tolist() == expected.tolist()
    gone_L = np.random.default_rng(seed).random(len(found.starts_L)) < 0.5
    new = without(bytes_U, offsets_N1, found, gone_L)
    plain_U, plain_N1 = pieces._without_plain(bytes_U, offsets_N1, *found, gone_L)
    new_U, new_N1 = utf8(new)
    assert (new_U.tobytes(), new_N1.tolist()) == (plain_U.tobytes(), plain_N1.tolist())
    new.validate(full=True)
