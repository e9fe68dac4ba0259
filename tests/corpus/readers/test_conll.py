from pathlib import Path

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
