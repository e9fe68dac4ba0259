from pathlib import Path

from leafout.corpus.intake.merging import merged
from leafout.corpus.intake.naming import Naming
from leafout.corpus.intake.reading import Reading, read_share
from leafout.corpus.intake.sharing import Piece, Share
from leafout.corpus.parts import made_at
from leafout.corpus.readers.record import ReadOptions


def _parts(tmp_path: Path, files: dict[str, list[str]]) -> list[Path]:
    reading = Reading(tmp_path / "read", ReadOptions(), "lines", Naming(), 0, detect_language=False)
    for number, (name, lines) in enumerate(files.items()):
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        read_share(Share(number, (Piece(name, tmp_path / name),)), reading=reading)
    return [made_at(reading.phase, number) for number in range(len(files))]


def test_repeats_get_ordinals_across_parts(tmp_path: Path) -> None:
    parts = _parts(tmp_path, {"a": ["春", "夏", "春"], "b": ["秋", "春"]})
    found = [name for table, over in merged(parts, tmp_path / "s", {}) for name in table["id"].to_pylist() if not over]
    spring = found[0]
    assert found[2] == f"{spring}-2"
    assert found[4] == f"{spring}-3"
    assert len(set(found)) == 5


def test_a_cap_keeps_an_even_sample_of_its_sources(tmp_path: Path) -> None:
    parts = _parts(
        tmp_path, {"weibo-1": [f"帖{n}" for n in range(300)], "b": ["b"], "weibo-2": [f"x{n}" for n in range(300)]}
    )
    tables = list(merged(parts, tmp_path / "s", {"weibo*": 100}))
    sources = [name for table, _ in tables for name in table["source"].to_pylist()]
    assert len(sources) == 101
    assert sum(over for _, over in tables) == 500
    assert 30 < sources.count("weibo-1") < 70
    assert sources.count("b") == 1
