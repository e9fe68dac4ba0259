from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.record import ReadOptions, Reject
from leafout.corpus.readers.word_tag import read_word_tag


def records(tmp_path: Path, text: str) -> list[Document | Reject]:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    return list(read_word_tag(path, ReadOptions()))


def test_words_are_joined_and_tags_and_brackets_left_out(tmp_path: Path) -> None:
    (document,) = records(tmp_path, "[中央/n  电视台/n]nt  用/p  IBM/nx  PC/nx  。/w\n")
    assert isinstance(document, Document)
    assert document.text == "中央电视台用IBM PC。"


def test_headings_start_documents_where_there_are_no_blank_lines(tmp_path: Path) -> None:
    body = "正文/n  很/d  长/a  。/w\n"
    found = records(tmp_path, "标题/n  一/m\n" + body * 2 + "标题/n  二/m\n" + body)
    assert [d.line for d in found if isinstance(d, Document)] == [1, 4]
    assert isinstance(found[0], Document)
    assert found[0].text == "标题一\n正文很长。\n正文很长。"


def test_a_line_without_tags_is_rejected(tmp_path: Path) -> None:
    found = records(tmp_path, "没有 标注\n有/v  标注/n\n")
    assert isinstance(found[0], Reject)
    assert isinstance(found[1], Document)


def test_a_slash_can_be_a_word(tmp_path: Path) -> None:
    (document,) = records(tmp_path, "//w  好/a\n")
    assert isinstance(document, Document)
    assert document.text == "/好"
