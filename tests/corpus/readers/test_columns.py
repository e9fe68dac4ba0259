import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.columns import find_header
from leafout.corpus.readers.record import ReadOptions

OPTIONS = ReadOptions(name="a")


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["x"]] * 3, ["text"]),
        ([["1", "很好的一本书"], ["0", "差"]], ["label", "text"]),
        ([["很好的一本书", "1"], ["差", "0"]], ["text", "label"]),
        ([["短", "a long sentence of a book", "another long sentence"], ["长", "one more", "and the other one"],
          ["短", "a third sentence here", "its other side"], ["长", "number four is this", "the last of all"]],
         ["label", "text", "text_b"]),
        ([["gj04", str(n % 2), "", f"The sailors rode the breeze {n}."] for n in range(8)],
         ["column_1", "label", "column_3", "text"]),
    ],
)  # fmt: skip
def test_columns_without_a_header_are_guessed_where_it_is_sure(rows: list[list[str]], names: list[str]) -> None:
    header = find_header(rows, OPTIONS)
    assert not header.present
    assert list(header.names) == names


@pytest.mark.parametrize(
    "rows",
    [
        [["1", "5", "17"], ["2", "7", "18"], ["3", "9", "21"]],
        [["a long first cell", "a long second", "a long third"], ["other words", "and others", "and more"]],
    ],
)
def test_a_guess_that_could_be_wrong_is_not_made(rows: list[list[str]]) -> None:
    with pytest.raises(LeafoutError, match="no telling which is the text") as caught:
        find_header(rows, OPTIONS)
    assert "columns:" in caught.value.hint
    assert find_header(rows, ReadOptions(columns={"text": "column_2"})).names == ("column_1", "column_2", "column_3")


def test_a_header_is_known_by_its_words_or_by_the_numbers_below() -> None:
    assert find_header([["标签", "评论"], ["1", "好"]], OPTIONS).present
    assert find_header([["instruction", "output"], ["a", "b"]], OPTIONS).present
    assert find_header([["userId", "rating"], ["1", "4.0"], ["1", "3.5"], ["2", "5"]], OPTIONS).present
    assert not find_header([["1", "text"], ["0", "好"]], OPTIONS).present
    assert find_header([["x", "y"], ["a", "b"]], ReadOptions(columns={"text": "y"})).present
    assert not find_header([["text", "label"]], ReadOptions(header=False)).present


def test_doubled_and_missing_names_are_made_unlike() -> None:
    assert find_header([["text", "x", "x", "", "x_2"]], OPTIONS).names == ("text", "x", "x_2", "column_4", "x_2_2")


def test_no_rows_have_no_columns() -> None:
    assert find_header([], OPTIONS).names == ()
