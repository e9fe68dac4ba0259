from pathlib import Path

import pytest

from leafout.corpus.documents import Document, DocumentWriter, read_table, table_of
from leafout.corpus.parts import (
    is_made,
    made_at,
    making,
    open_scratch,
    plan_parts,
    read_counts,
    read_part,
    read_rows,
    remove_scratch,
    workers_for,
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


def test_equal_texts_make_no_part_that_only_looks_small(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "equal") as writer:
        for number in range(9000):
            writer.write(Document(text="春眠不觉晓，处处闻啼鸟。" * 50, text_b="equal " * 100, id=str(number)))
    parts = plan_parts([tmp_path / "equal"], part_bytes=2 << 20)
    assert len(parts) > 1
    assert sum(part.bytes for part in parts) > 9000 * 2400


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


def test_what_a_killed_worker_left_goes_before_its_part_is_made_anew(tmp_path: Path) -> None:
    for name in ("00003.1234.making", "00004.1234.making"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("x")
    with making(tmp_path, 3) as out:
        (out / "whole").write_text("x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00003", "00004.1234.making"]


def test_of_two_makers_of_a_part_the_first_counts(tmp_path: Path) -> None:
    with making(tmp_path, 3) as out:
        (out / "rows").write_text("late")
        made_at(tmp_path, 3).mkdir()
        (made_at(tmp_path, 3) / "rows").write_text("early")
    assert [path.name for path in tmp_path.iterdir()] == ["00003"]
    assert (made_at(tmp_path, 3) / "rows").read_text() == "early"


def test_a_kill_while_scratch_is_removed_leaves_no_part_that_looks_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    with making(scratch / "phase", 0) as out:
        (out / "rows").write_text("x")

    def killed(name: str) -> bool:
        raise KeyboardInterrupt(name)

    monkeypatch.setattr("leafout.corpus.parts.fault_point", killed)
    with pytest.raises(KeyboardInterrupt, match=r"parts\.removing"):
        remove_scratch(scratch)
    assert not is_made(scratch / "phase", 0)
    assert open_scratch(scratch) == scratch
    assert list(tmp_path.iterdir()) == [scratch]
    assert [path.name for path in scratch.iterdir()] == ["boot"]


def test_little_work_is_not_worth_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with DocumentWriter(tmp_path) as writer:
        for number in range(50):
            writer.write(Document(f"text {number} 文本", id=str(number)))
    planned = plan_parts([tmp_path])
    assert workers_for(planned, 4) == 1
    monkeypatch.setattr("leafout.corpus.parts.PART_BYTES", planned[0].bytes // 2 - 1)
    assert workers_for(planned, 4) == 4


@pytest.mark.parametrize("what", ["another", "none"])
def test_parts_made_before_the_machine_was_started_anew_are_made_again(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leafout.corpus.parts._boot", lambda: "this start")
    scratch = open_scratch(tmp_path / "scratch")
    with making(scratch / "phase", 0) as out:
        (out / "rows").write_text("x")
    assert is_made(open_scratch(scratch) / "phase", 0)
    if what == "another":
        (scratch / "boot").write_text("another start")
    else:
        (scratch / "boot").unlink()
    assert not is_made(open_scratch(scratch) / "phase", 0)


def test_an_arrow_file_gives_its_rows_back(tmp_path: Path) -> None:
    table = table_of([Document(text="春眠不觉晓", id="a", extra={"星": 5}), Document(text="leaf", id="b")])
    write_table(tmp_path / "rows.arrow", table)
    assert read_part(tmp_path / "rows.arrow").equals(table)
    assert read_part(tmp_path / "rows.arrow", columns=["id"])["id"].to_pylist() == ["a", "b"]
    assert read_table(_folder(tmp_path / "d", 0, 2))["text"].to_pylist()[1] == "第1篇 spring sleep"
