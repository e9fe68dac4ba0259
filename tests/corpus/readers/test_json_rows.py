from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.json_rows import read_json_lines, read_span_lines
from leafout.corpus.readers.record import ReadOptions, Reject

OPTIONS = ReadOptions(name="a")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": NaN}', "not JSON: NaN"),
        ('{"text": "a", "label": 1e999}', "too large"),
        ('{"text": "a", "text": "b"}', "a key stands twice"),
        ('{"text": "\\ud800"}', "lone surrogate"),
        ('{"text": "a\\u0000b"}', "NUL"),
        ('{"text": 5}', "text is no string"),
        ('{"text": "  "}', "empty text"),
        ('{"other": "a"}', "no column"),
        ('{"text": null}', "no text"),
        ("[1, 2]", "not an object"),
        ("7", "not an object"),
        ('{"text": "cut', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"text": "a", "label": {"x": 1}}', "label is no word"),
        ('{"tokens": ["a", "b"], "tags": ["O"]}', "differ in number"),
    ],
)
def test_a_bad_line_of_json_is_rejected_alone_with_its_number(tmp_path: Path, line: str, reason: str) -> None:
    good, bad = read_json_lines(write(tmp_path, '{"text": "好", "label": 1}\n' + line + "\n"), OPTIONS)
    assert isinstance(good, Document)
    assert isinstance(bad, Reject)
    assert reason in bad.reason
    assert bad.line == 2


def test_json_lines_keep_other_columns_and_line_separators(tmp_path: Path) -> None:
    (row,) = read_json_lines(write(tmp_path, '{"text": "一\u2028二", "label": 3.0, "stars": 5}'), OPTIONS)
    assert isinstance(row, Document)
    assert (row.text, row.label, row.extra) == ("一\u2028二", "3", {"stars": 5})


def test_tokens_and_tags_become_a_tagged_row(tmp_path: Path) -> None:
    (row,) = read_json_lines(write(tmp_path, '{"tokens": ["北", "京"], "ner_tags": ["B", "I"]}'), OPTIONS)
    assert isinstance(row, Document)
    assert (row.text, row.tokens, row.tags) == ("北京", ("北", "京"), ("B", "I"))


def test_a_line_that_is_no_utf_8_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "a"}\n{"text": "\xff"}\r\n{"text": "b"}\r\n')
    first, bad, last = read_json_lines(path, ReadOptions(name="a", encoding="utf-8"))
    assert isinstance(bad, Reject)
    assert bad.reason == "not utf-8: byte 10 is 0xff"
    assert [one.text for one in (first, last) if isinstance(one, Document)] == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rows_are_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "叶子", "label": "好"}\n\n{"text": "leaf"}\n'.encode(encoding))
    rows = [row for row in read_json_lines(path, OPTIONS) if isinstance(row, Document)]
    assert [(row.text, row.label, row.line) for row in rows] == [("叶子", "好", 1), ("leaf", None, 3)]


def test_in_a_file_of_spans_an_empty_list_is_a_text_without_any(tmp_path: Path) -> None:
    path = write(tmp_path, '{"text": "叶 leaf", "label": []}\n')
    (row,) = read_span_lines(path, OPTIONS)
    assert isinstance(row, Document)
    assert (row.tokens, row.tags) == (("叶", "leaf"), ("O", "O"))
    (row,) = read_json_lines(path, OPTIONS)
    assert isinstance(row, Document)
    assert row.tokens is None


def test_an_unknown_part_is_said_whatever_the_rows_hold(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="unknown part"):
        list(read_json_lines(write(tmp_path, '{"text": "a"}'), ReadOptions(columns={"texts": "a"})))


def test_a_named_column_that_a_row_lacks_rejects_the_row(tmp_path: Path) -> None:
    rows = list(read_json_lines(write(tmp_path, '{"text": "a"}\n{"body": "b"}'), ReadOptions(columns={"text": "body"})))
    assert isinstance(rows[0], Reject)
    assert rows[0].reason == "no column for `body`: it has `text`"
    assert isinstance(rows[1], Document)
