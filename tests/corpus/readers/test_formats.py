from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.formats import detect_format
from leafout.corpus.readers.record import ReadOptions


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.jsonl", "", "jsonl"),
        ("a.CSV", "", "csv"),
        ("a.tsv", "", "tsv"),
        ("a.py", "", "docstrings"),
        ("a.txt", "迈向/v 充满/v 希望/n\n" * 5, "word_tag"),
        ("a.txt", "一。\n二。\n\n三。\n\n四。\n", "blocks"),
        ("a.txt", "一条评论\n" * 9, "lines"),
        ("a.txt", "A short note.", "text"),
        ("a.txt", ("北 B\n京 I\n\n") * 9, "conll"),
        ("a.txt", '{"text": "x"}\n', "jsonl"),
    ],
)
def test_the_format_is_told_by_name_and_first_lines(tmp_path: Path, name: str, text: str, kind: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert detect_format(tmp_path / name, ReadOptions(name=name)) == kind


def test_an_unknown_kind_of_file_gets_the_list(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"\x7fdocument")
    with pytest.raises(LeafoutError, match="unknown kind of file") as caught:
        detect_format(tmp_path / "a.docx", ReadOptions(name="a.docx"))
    assert "jsonl" in caught.value.hint
