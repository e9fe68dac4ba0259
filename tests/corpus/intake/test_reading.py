import json
from pathlib import Path

import numpy as np
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.intake.naming import Naming
from leafout.corpus.intake.reading import DOCUMENTS, KEYS, Reading, about_part, read_share
from leafout.corpus.intake.sharing import Piece, Share
from leafout.corpus.parts import is_made, made_at, read_counts, read_part
from leafout.corpus.readers.record import ReadOptions


def _reading(
    tmp_path: Path, *, max_rows: int = 0, detect_language: bool = True, languages: tuple[str, ...] = ()
) -> Reading:
    return Reading(tmp_path / "read", ReadOptions(), "auto", Naming(), max_rows, detect_language, languages)


def _share(tmp_path: Path) -> Share:
    rows = ['{"text": "春眠不觉晓，处处闻啼鸟。", "label": 1}', "no json", '{"text": "Spring sleep knows no dawn."}']
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "b.txt").write_text("one whole text", encoding="utf-8")
    return Share(3, (Piece("a.jsonl", tmp_path / "a.jsonl"), Piece("b.txt", tmp_path / "b.txt")))


def test_a_part_holds_documents_keys_and_counts(tmp_path: Path) -> None:
    reading = _reading(tmp_path)
    assert read_share(_share(tmp_path), reading=reading) == 3
    part = made_at(reading.phase, 3)
    table = read_part(part / DOCUMENTS)
    assert table["source"].to_pylist() == ["a.jsonl", "a.jsonl", "b.txt"]
    assert table["language"].to_pylist()[:2] == ["zh", "en"]
    assert [f"{key:016x}" for key in np.load(part / KEYS).tolist()] == table["id"].to_pylist()
    counts = read_counts(part / "notes" / "funnel.json")
    assert (counts["read"], counts["kept"], sum(counts["rejected"].values())) == (4, 3, 1)
    about = about_part(part)
    assert (about["kinds"]["a.jsonl"], about["labelled"]) == ("jsonl", 1)
    assert about["shown"][0].startswith("a.jsonl:1 1 | '春眠")
    assert json.loads((part / "notes" / "rejects.jsonl").read_text(encoding="utf-8"))["line"] == 2


def test_a_text_too_short_to_say_is_in_a_language_that_was_declared(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Manchester United", encoding="utf-8")
    for number, (languages, found) in enumerate([((), "no"), (("zh", "en"), "en"), (("ms",), "ms")]):
        reading = _reading(tmp_path, languages=languages)
        read_share(Share(number, (Piece("a.txt", tmp_path / "a.txt"),)), reading=reading)
        assert read_part(made_at(reading.phase, number) / DOCUMENTS)["language"].to_pylist() == [found]


def test_a_part_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    reading, share = _reading(tmp_path), _share(tmp_path)
    read_share(share, reading=reading)
    (tmp_path / "a.jsonl").unlink()
    assert read_share(share, reading=reading) == 3


def test_rows_of_each_file_can_be_few(tmp_path: Path) -> None:
    reading = _reading(tmp_path, max_rows=1, detect_language=False)
    read_share(_share(tmp_path), reading=reading)
    table = read_part(made_at(reading.phase, 3) / DOCUMENTS)
    assert table["source"].to_pylist() == ["a.jsonl", "b.txt"]
    assert table["language"].to_pylist() == [None, None]


def test_a_file_nobody_can_read_leaves_no_part(tmp_path: Path) -> None:
    (tmp_path / "x.exe").write_bytes(b"MZ\0\1")
    reading = _reading(tmp_path)
    with pytest.raises(LeafoutError, match="unknown kind of file"):
        read_share(Share(0, (Piece("x.exe", tmp_path / "x.exe"),)), reading=reading)
    assert not is_made(reading.phase, 0)


def test_what_readers_edit_is_counted_and_a_column_of_that_name_is_not(tmp_path: Path) -> None:
    revision = "<revision><id>2</id><text>'''叶'''是{{模板}}植物。</text></revision>"
    page = f"<page><title>叶</title><ns>0</ns><id>1</id>{revision}</page>"
    (tmp_path / "dump.xml").write_text(f"<mediawiki xml:lang='zh'>{page}</mediawiki>", encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"text": "leaf", "edits": {"mine": 3}}', encoding="utf-8")
    reading = _reading(tmp_path)
    read_share(Share(0, tuple(Piece(n, tmp_path / n) for n in ("dump.xml", "rows.jsonl"))), reading=reading)
    edited = read_counts(made_at(reading.phase, 0) / "notes" / "funnel.json")["edited"]
    assert edited.get("templates") == 1
    assert "mine" not in edited
