from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.docstrings import mask_names, module_name, read_docstrings
from leafout.corpus.readers.record import ReadOptions, Reject

SOURCE = '''"""Mailbox tools: open a Mailbox."""
raise SystemExit("never run")
class Folder:
    """A Folder of the mailbox, made by open_folder."""
    def open_folder(self):
        """Open it."""
'''


def read(tmp_path: Path, source: str, *, masked: bool = False) -> list[Document | Reject]:
    path = tmp_path / "mailbox.py"
    path.write_text(source, encoding="utf-8")
    return list(read_docstrings(path, ReadOptions(name="python:pkg/mailbox.py", mask_names=masked)))


def test_every_docstring_is_a_row_of_its_module_and_nothing_is_run(tmp_path: Path) -> None:
    rows = [row for row in read(tmp_path, SOURCE) if isinstance(row, Document)]
    assert [(row.line, row.group) for row in rows] == [(1, "pkg.mailbox"), (4, "pkg.mailbox"), (6, "pkg.mailbox")]


def test_names_are_masked_whatever_their_case(tmp_path: Path) -> None:
    texts = [row.text for row in read(tmp_path, SOURCE, masked=True) if isinstance(row, Document)]
    assert texts[0] == "NAME tools: open a NAME."
    assert texts[1] == "A NAME of the NAME, made by NAME."


def test_a_table_of_texts_is_read(tmp_path: Path) -> None:
    (row,) = read(tmp_path, f"topics = {{'assert': {'word ' * 60!r}}}")
    assert isinstance(row, Document)
    assert row.text.startswith("word")


def test_what_is_not_python_is_rejected(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "def f(:")
    assert isinstance(row, Reject)
    assert row.reason.startswith("not Python")


def test_a_package_is_named_without_its_init() -> None:
    assert module_name("python:json/__init__.py") == "json"
    assert module_name("src/a/b.py") == "src.a.b"
    assert module_name("in/pkg.zip!a/b.py") == "a.b"


def test_only_whole_words_are_masked() -> None:
    assert mask_names("reopen open_it Open", frozenset({"open"})) == "reopen open_it NAME"
