import json
from pathlib import Path
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter, read_documents
from leafout.stages.split import SplitConfig, split

LABELS = ("正", "负")
ROWS = [
    Document(f"第{n}条 review number {n} of thing {n * 7}", id=f"r{n:03}", label=LABELS[n % 2], group=f"g{n // 10}")
    for n in range(200)
]


def run(tmp_path: Path, rows: list[Document], seed: int = 1, **config: Any) -> dict[str, list[Document]]:
    with DocumentWriter(tmp_path / "in") as writer:
        for row in rows:
            writer.write(row)
    out = tmp_path / "out"
    split([tmp_path / "in"], out=out, config=SplitConfig.read(config), run=QuietRun(seed=seed))
    return {side: list(read_documents(out / side)) for side in ("train", "val", "test")}


@pytest.mark.parametrize("method", ["hash", "random", "stratified"])
def test_every_row_is_on_exactly_one_side(tmp_path: Path, method: str) -> None:
    sides = run(tmp_path, ROWS, method=method)
    assert sorted(row.id for rows in sides.values() for row in rows) == [row.id for row in ROWS]
    assert 5 <= len(sides["test"]) <= 40


def test_stratified_sides_have_each_label_alike(tmp_path: Path) -> None:
    sides = run(tmp_path, ROWS, method="stratified")
    assert [row.label for row in sides["test"]].count("正") == 10


def test_groups_stay_together(tmp_path: Path) -> None:
    sides = run(tmp_path, ROWS, method="random", group="group", val=0.2, test=0.2)
    groups = [{row.group for row in rows} for rows in sides.values()]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]


def test_near_duplicates_never_cross(tmp_path: Path) -> None:
    base = [f"一段很长的评论第{n}号，内容各不相同，讲的是第{n * 13}件事情和它的第{n * 17}个后果" for n in range(60)]
    rows = [Document(text, id=f"a{n:02}") for n, text in enumerate(base)]
    rows += [Document(text + "。", id=f"b{n:02}") for n, text in enumerate(base)]
    sides = run(tmp_path, rows, val=0.25, test=0.25)
    side_of = {row.id: side for side, found in sides.items() for row in found}
    assert all(side_of[f"a{n:02}"] == side_of[f"b{n:02}"] for n in range(60))


def test_the_test_part_is_locked_by_its_content(tmp_path: Path) -> None:
    run(tmp_path, ROWS)
    first = json.loads((tmp_path / "out/split.json").read_text())["test_digest"]
    run(tmp_path, ROWS, seed=2)
    assert json.loads((tmp_path / "out/split.json").read_text())["test_digest"] != first
    run(tmp_path, ROWS)
    assert json.loads((tmp_path / "out/split.json").read_text())["test_digest"] == first


@pytest.mark.parametrize(
    ("rows", "config", "message"),
    [
        (ROWS, {"val": 0.5, "test": 0.5}, "leave nothing for train"),
        (ROWS[:1], {}, "would be empty"),
        ([Document("无标签", id="x")] * 20, {"method": "stratified"}, "no row has a label"),
        ([Document("无组", id="x")] * 20, {"group": "group"}, "no row has a `group`"),
    ],
)
def test_what_cannot_be_split_is_said(
    tmp_path: Path, rows: list[Document], config: dict[str, Any], message: str
) -> None:
    with pytest.raises(LeafoutError, match=message):
        run(tmp_path, rows, **config)


def test_what_resembles_a_held_out_row_is_left_out_and_counted(tmp_path: Path) -> None:
    sides = run(tmp_path, ROWS)
    hidden = [row.text for side in ("val", "test") for row in sides[side]]
    other = "another text that nobody has seen before, 从来没有人见过的一段文字"
    with DocumentWriter(tmp_path / "texts") as writer:
        for number, text in enumerate([*hidden, *(f"{other} {n * 31}" for n in range(50))]):
            writer.write(Document(text, id=f"t{number}"))
    out = tmp_path / "corpus"
    found = split([tmp_path / "texts"], [tmp_path / "out"], out=out, config=SplitConfig(near_duplicates=1.0))
    assert found["contaminated"] == len(hidden)
    assert found["train"] + found["val"] + found["test"] == 50
    assert json.loads((out / "notes" / "funnel.json").read_text())["dropped"] == {"contaminated": len(hidden)}
