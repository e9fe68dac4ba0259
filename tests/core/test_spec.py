import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.core.spec import MAX_BYTES, parse_value, parse_yaml, plain_scalar, read_yaml


def test_numbers_words_and_lines_are_what_yaml_1_2_says() -> None:
    located = parse_yaml("rate: 1e-4\nflag: no\nnames: [甲, 'true', ~]\ndeep:\n  on: true\n", file="a.yaml")
    assert located.values == {"rate": 1e-4, "flag": "no", "names": ["甲", "true", None], "deep": {"on": True}}
    assert located.line(["deep", "on"]) == 5
    assert located.where(["deep", "missing"]) == "a.yaml:4 [deep.missing]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x", "aliases"),
        ("a: !!python/object/apply:os.system [x]", "tags are refused"),
        ("a: 1\na: 2", "`a` stands twice, first in line 1"),
        ("", "the file is empty"),
        ("- 1", "the top of the file is a list"),
        ("just words", "the top of the file is a text"),
        ("a: [", "not YAML"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("a: " + "[" * 100 + "]" * 100, "nested deeper"),
        ("? [1]\n: 2", "a key is a word"),
        ("a:\n\t- b", "not YAML"),
        ("a: \x00", "not YAML"),
    ],
)
def test_what_is_no_plain_data_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(LeafoutError, match=message) as caught:
        parse_yaml(text, file="a.yaml")
    assert caught.value.where.startswith("a.yaml")


def test_a_file_that_cannot_be_read_says_why_and_what_is_near(tmp_path: Path) -> None:
    (tmp_path / "chain.yaml").write_text("a: 1")
    with pytest.raises(LeafoutError, match="No such file") as caught:
        read_yaml(tmp_path / "chian.yaml")
    assert "chain.yaml" in caught.value.hint


def test_a_chinese_file_in_another_encoding_is_told_how_to_convert(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("名: 叶".encode("gb18030"))
    with pytest.raises(LeafoutError, match="not UTF-8") as caught:
        read_yaml(path)
    assert "iconv" in caught.value.hint


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: " + b"x" * MAX_BYTES)
    with pytest.raises(LeafoutError, match="the limit is"):
        read_yaml(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(path).values == {"a": 1}


def test_one_value_reads_as_it_would_in_a_file() -> None:
    assert parse_value("{minutes: 0.5}") == {"minutes": 0.5}
    assert parse_value("'1'") == "1"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_every_number_python_writes_reads_as_that_number(number: float) -> None:
    assert plain_scalar(repr(number)) == number


@given(st.text())
def test_any_text_is_read_or_refused_but_never_crashes(text: str) -> None:
    with contextlib.suppress(LeafoutError):
        assert isinstance(parse_yaml(text).values, dict)
