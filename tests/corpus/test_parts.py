from pathlib import Path

import pytest

from leafout.corpus.documents import Document, DocumentWriter, read_table, table_of
from leafout.corpus.parts import (
    is_made,
    made_at,
    making,
    plan_parts,
    read_counts,
    read_part,
    read_rows,
    write_counts,
    write_table,
)


def _folder(path: Path, start: int, count: int) -> Path:
    with DocumentWriter(path, shard_bytes=1 << 16) as writer:
        for number in range(start, start + count):
            writer.write(Document(text=f"第{number}篇 spring sleep", id=str(number)))
    return path


def test_parts_hold_every_row_once_in_order(tmp_path: Path) -> None:
    folders = [_folder(tmp_path / "a", 0, 9000), _folder(tmp_path / "b", 9000, 5000), _folder(tmp_path / "c", 0, 0)]
    for part_bytes in (1, 100_000, 1 << 30):
        parts = plan_parts(folders, part_bytes=part_bytes)
        ids = [name for part in parts for name in read_rows(part, columns=["id"])["id"].to_pylist()]
        assert ids == [str(number) for number in range(14_000)]
        assert [part.number for part in parts] == list(range(len(parts)))
        assert [part.first_row for part in parts] == [sum(p.rows for p in parts[:n]) for n in range(len(parts))]
    assert len(plan_parts(folders, part_bytes=1)) > 3


def test_a_part_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="killed"), making(tmp_path / "phase", 3) as out:
        (out / "half").write_text("x")
        raise RuntimeError("killed")
    assert not is_made(tmp_path / "phase", 3)
    assert not list((tmp_path / "phase").iterdir())
    with making(tmp_path / "phase", 3) as out:
        write_counts(out / "counts.json", {"短": 2})
    assert is_made(tmp_path / "phase", 3)
    assert read_counts(made_at(tmp_path / "phase", 3) / "counts.json") == {"短": 2}


def test_an_arrow_file_gives_its_rows_back(tmp_path: Path) -> None:
    table = table_of([Document(text="春眠不觉晓", id="a", extra={"星": 5}), Document(text="leaf", id="b")])
    write_table(tmp_path / "rows.arrow", table)
    assert read_part(tmp_path / "rows.arrow").equals(table)
    assert read_part(tmp_path / "rows.arrow", columns=["id"])["id"].to_pylist() == ["a", "b"]
    assert read_table(_folder(tmp_path / "d", 0, 2))["text"].to_pylist()[1] == "第1篇 spring sleep"
