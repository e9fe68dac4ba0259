from pathlib import Path

import pytest

from leafout.corpus.documents import Document
from leafout.corpus.readers.conll import read_conll
from leafout.corpus.readers.record import ReadOptions, Reject


def test_sentences_of_tokens_and_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.bio"
    path.write_text("-DOCSTART- O\n\n北 B-LOC\n京 I-LOC\n\nin IN O\nParis NNP B-LOC\n\nbroken\n", encoding="utf-8")
    first, second, bad = read_conll(path, ReadOptions())
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert isinstance(bad, Reject)
    assert (first.text, first.tokens, first.tags, first.line) == ("北京", ("北", "京"), ("B-LOC", "I-LOC"), 3)
    assert (second.text, second.tags) == ("in Paris", ("O", "B-LOC"))


@pytest.mark.parametrize(
    "tags", [("B-LOC", "E-LOC"), ("I-LOC", "I-LOC"), ("B-LOC", "M-LOC"), ("S-PER", "O"), ("B", "I")]
)
def test_tags_of_every_scheme_stand_as_they_are(tmp_path: Path, tags: tuple[str, str]) -> None:
    path = tmp_path / "a.bmes"
    path.write_text(f"北 {tags[0]}\r\n京\t{tags[1]}\r\n\r\n", encoding="utf-8")
    (row,) = read_conll(path, ReadOptions())
    assert isinstance(row, Document)
    assert (row.tokens, row.tags) == (("北", "京"), tags)


def test_comments_are_no_tokens_and_a_hash_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    path.write_text("# sent_id = 1\n# text = a\n# newdoc\na O\n# O\n\n# O\nb O\n", encoding="utf-8")
    rows = [row for row in read_conll(path, ReadOptions()) if isinstance(row, Document)]
    assert [row.tokens for row in rows] == [("a", "#"), ("#", "b")]
    assert [row.line for row in rows] == [4, 7]


def test_a_bad_line_rejects_its_sentence_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bio"
    path.write_bytes(b"a O\nb\nc O\n\nd O\n\n\te\n\nf\0 O\n\n" + b"\xff O\n\ng O")
    rows = list(read_conll(path, ReadOptions(encoding="utf-8")))
    assert [row.tokens for row in rows if isinstance(row, Document)] == [("d",), ("g",)]
    assert [(row.line, row.reason.partition(":")[0]) for row in rows if isinstance(row, Reject)] == [
        (2, "no tag column"),
        (7, "empty token or tag"),
        (9, "NUL character"),
        (11, "not utf-8"),
    ]


def test_a_sentence_without_end_is_no_memory_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.bio"
    path.write_text("a O\n" * 5000 + "\nb O\n", encoding="utf-8")
    long, short = read_conll(path, ReadOptions(max_document_bytes=2000))
    assert isinstance(long, Reject)
    assert long.reason == "sentence too long: over 2000 characters"
    assert isinstance(short, Document)
