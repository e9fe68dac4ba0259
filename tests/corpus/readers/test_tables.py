import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, DocumentWriter
from leafout.corpus.readers.record import ReadOptions, Reject
from leafout.corpus.readers.tables import (
    read_csv,
    read_json_lines,
    read_json_list,
    read_parquet,
    read_tsv,
    strict_json,
)

OPTIONS = ReadOptions(name="a")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def pairs(records: object) -> list[tuple[str, str | None]]:
    return [(r.text, r.label) for r in records if isinstance(r, Document)]  # type: ignore[attr-defined]


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


def test_a_json_list_or_the_list_in_an_object_is_read(tmp_path: Path) -> None:
    rows = [{"text": "好", "label": "1"}]
    assert pairs(read_json_list(write(tmp_path, json.dumps(rows)), OPTIONS)) == [("好", "1")]
    assert pairs(read_json_list(write(tmp_path, json.dumps({"data": rows})), OPTIONS)) == [("好", "1")]
    with pytest.raises(LeafoutError, match="not JSON"):
        list(read_json_list(write(tmp_path, "[{]"), OPTIONS))


def test_csv_quotes_commas_and_line_ends_inside_cells(tmp_path: Path) -> None:
    text = 'label,text\n正,"一,""二""\n三"\n负,四\n'
    rows = list(read_csv(write(tmp_path, text), OPTIONS))
    assert pairs(rows) == [('一,"二"\n三', "正"), ("四", "负")]
    assert [row.line for row in rows] == [2, 4]


def test_a_csv_row_of_other_length_is_rejected(tmp_path: Path) -> None:
    rows = list(read_csv(write(tmp_path, "text,label\na,1\nb\nc,2\n"), OPTIONS))
    assert [isinstance(row, Reject) for row in rows] == [False, True, False]


def test_tables_without_a_header_are_told_by_their_first_row(tmp_path: Path) -> None:
    assert pairs(read_tsv(write(tmp_path, "1\t很好的一本书\n0\t不好\n"), OPTIONS)) == [
        ("很好的一本书", "1"),
        ("不好", "0"),
    ]


def test_quotes_mean_nothing_in_tsv(tmp_path: Path) -> None:
    rows = read_tsv(write(tmp_path, 'sentence\tlabel\n"open quote\t1\n'), OPTIONS)
    assert pairs(rows) == [('"open quote', "1")]


def test_a_named_column_that_is_not_there_is_an_error_with_the_columns(tmp_path: Path) -> None:
    options = ReadOptions(name="a", columns={"text": "body"}, header=True)
    with pytest.raises(LeafoutError, match="no column `body`") as caught:
        list(read_csv(write(tmp_path, "x,y\n1,2\n"), options))
    assert "`x`" in caught.value.hint


def test_pairs_of_texts_are_known_by_their_columns(tmp_path: Path) -> None:
    (row,) = read_tsv(write(tmp_path, "sentence1\tsentence2\tlabel\n甲\t乙\t1\n"), OPTIONS)
    assert isinstance(row, Document)
    assert (row.text, row.text_b, row.label) == ("甲", "乙", "1")


def test_parquet_of_others_and_of_our_own_is_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"content": ["好"], "label": [1]}), tmp_path / "o.parquet")
    assert pairs(read_parquet(tmp_path / "o.parquet", OPTIONS)) == [("好", "1")]
    ours = Document("叶", id="x", source="s", label="正", tokens=("叶",), tags=("O",), extra={"k": 1})
    with DocumentWriter(tmp_path / "ours") as writer:
        writer.write(ours)
    (row,) = read_parquet(tmp_path / "ours/part-00000.parquet", OPTIONS)
    assert isinstance(row, Document)
    assert (row.text, row.label, row.tokens, row.extra) == ("叶", "正", ("叶",), {"k": 1})
    with pytest.raises(LeafoutError, match="not Parquet"):
        list(read_parquet(write(tmp_path, "no parquet"), OPTIONS))


@given(st.text())
def test_any_line_is_a_value_or_a_value_error(text: str) -> None:
    try:
        strict_json(text)
    except ValueError:
        return
