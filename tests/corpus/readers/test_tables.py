import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, DocumentWriter
from leafout.corpus.readers.record import ReadOptions, Reject
from leafout.corpus.readers.tables import read_csv, read_parquet, read_tsv

OPTIONS = ReadOptions(name="a")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def pairs(records: object) -> list[tuple[str, str | None]]:
    return [(r.text, r.label) for r in records if isinstance(r, Document)]  # type: ignore[attr-defined]


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


def test_a_csv_may_be_parted_by_semicolons_or_tabs(tmp_path: Path) -> None:
    assert pairs(read_csv(write(tmp_path, "label;text\n1;一, 二\n"), OPTIONS)) == [("一, 二", "1")]
    assert pairs(read_csv(write(tmp_path, "label\ttext\n1\t一\n"), OPTIONS)) == [("一", "1")]
    assert pairs(read_csv(write(tmp_path, "text\na; b\n"), OPTIONS)) == [("a; b", None)]


def test_a_line_that_cannot_be_read_takes_its_row_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'text,label\n"one\n\xff\ntwo",1\nthree,2\n')
    rows = list(read_csv(path, ReadOptions(name="a", encoding="utf-8")))
    assert [(row.line, row.reason) for row in rows if isinstance(row, Reject)] == [
        (3, "not utf-8: byte 0 is 0xff"),
        (2, "not CSV: a line of the row cannot be read"),
    ]
    assert pairs(rows)[-1] == ("three", "2")


def test_dialogues_and_tags_are_read_from_tables_too(tmp_path: Path) -> None:
    (row,) = read_csv(write(tmp_path, "instruction,input,output\n译,leaf,叶\n"), OPTIONS)
    assert isinstance(row, Document)
    assert row.text == "user: 译\nleaf\nassistant: 叶"
    features = {"info": {"features": {"ner_tags": {"feature": {"names": ["O", "B"], "_type": "ClassLabel"}}}}}
    table = pa.table({"tokens": [["叶", "子"]], "ner_tags": [[1, 0]]})
    table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
    pq.write_table(table, tmp_path / "h.parquet")
    (row,) = read_parquet(tmp_path / "h.parquet", OPTIONS)
    assert isinstance(row, Document)
    assert row.tags == ("B", "O")
    talk = [[{"role": "user", "content": "嗨"}, {"role": "assistant", "content": "Hi"}]]
    pq.write_table(pa.table({"messages": talk}), tmp_path / "m.parquet")
    (row,) = read_parquet(tmp_path / "m.parquet", OPTIONS)
    assert isinstance(row, Document)
    assert row.text == "user: 嗨\nassistant: Hi"


def test_dialogues_come_back_from_our_own_files(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "嗨"}, {"role": "assistant", "content": "Hi"}]
    ours = Document("user: 嗨\nassistant: Hi", id="x", source="s", label="好", extra={"messages": messages, "k": 1})
    with DocumentWriter(tmp_path / "ours") as writer:
        writer.write(ours)
    (row,) = read_parquet(tmp_path / "ours/part-00000.parquet", OPTIONS)
    assert isinstance(row, Document)
    assert (row.text, row.label, row.extra) == (ours.text, "好", ours.extra)


def test_missing_numbers_of_a_column_are_missing(tmp_path: Path) -> None:
    table = pa.table({"text": ["a", "b"], "label": [1.0, float("nan")], "score": [float("nan"), 2.5]})
    pq.write_table(table, tmp_path / "n.parquet")
    rows = [row for row in read_parquet(tmp_path / "n.parquet", OPTIONS) if isinstance(row, Document)]
    assert [(row.label, row.extra) for row in rows] == [("1", {}), (None, {"score": 2.5})]
