from pathlib import Path

from leafout.corpus.intake.sharing import share_bytes, shares
from leafout.corpus.readers.record import ReadOptions


def test_small_files_go_together_and_a_large_one_of_lines_is_cut(tmp_path: Path) -> None:
    sources = {}
    for name, size in (("a.jsonl", 30), ("b.jsonl", 30), ("大.jsonl", 100), ("c.csv", 300), ("d.jsonl", 5)):
        (tmp_path / name).write_text(('{"text": "x"}\n' * size)[:size], encoding="utf-8")
        sources[name] = tmp_path / name
    found = shares(sources, ReadOptions(), kind="auto", whole=False, most_bytes=64)
    shown = [[(p.name, p.start_byte, p.end_byte, p.first_line) for p in share.pieces] for share in found]
    assert shown == [
        [("a.jsonl", 0, None, 1), ("b.jsonl", 0, None, 1)],
        [("大.jsonl", 0, 64, 1)],
        [("大.jsonl", 64, None, 6)],
        [("c.csv", 0, None, 1)],
        [("d.jsonl", 0, None, 1)],
    ]
    assert [share_bytes(share) for share in found] == [60, 64, 36, 300, 5]
    assert [share.number for share in found] == [0, 1, 2, 3, 4]


def test_nothing_is_cut_when_files_are_wanted_whole_or_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n' * 20, encoding="utf-8")
    (tmp_path / "b.jsonl.gz").write_bytes(b"\x1f\x8b" + bytes(300))
    assert len(shares({"a": tmp_path / "a.jsonl"}, ReadOptions(), kind="jsonl", whole=True, most_bytes=50)) == 1
    assert len(shares({"b": tmp_path / "b.jsonl.gz"}, ReadOptions(), kind="jsonl", whole=False, most_bytes=50)) == 1
    wide = ReadOptions(encoding="utf_16")
    assert len(shares({"a": tmp_path / "a.jsonl"}, wide, kind="jsonl", whole=False, most_bytes=50)) == 1
