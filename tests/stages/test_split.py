import contextlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter, read_documents, read_table
from leafout.corpus.splits import content_digest
from leafout.stages.split import SplitConfig, split
from runs import Stopping

LABELS = ("正", "负")
ROWS = [
    Document(f"第{n}条 review number {n} of thing {n * 7}", id=f"r{n:03}", label=LABELS[n % 2], group=f"g{n // 10}")
    for n in range(200)
]
DATED = [Document(f"第{n}天的新闻 news of day {n}", id=f"n{n:02}", time=f"2024-01-{n + 1:02}") for n in range(30)]
SOURCES = ("data/train.tsv", "data/dev.tsv", "data/test.tsv")
PUBLISHED = [
    Document(text, id=f"p{n}", source=SOURCES[side], line=n, label=label)
    for n, (text, side, label) in enumerate(
        [
            ("这家酒店的房间很干净，早餐也很丰富，服务员非常热情", 0, "正"),
            ("The film was far too long and I left before the end of it", 0, "负"),
            ("这本书写得太差了，看了两页就再也看不下去了", 0, "负"),
            ("A lovely place to stay, and the people were kind to us", 0, "正"),
            ("快递很慢，等了整整两个星期才收到货，包装也坏了", 1, "负"),
            ("这本书写得太差了，看了两页就再也看不下去了。", 1, "负"),
            ("这家酒店的房间很干净，早餐也很丰富；服务员非常热情！", 2, "正"),
            ("the FILM was far too long, and I left before the end of it...", 2, "正"),
            ("快递很慢，等了整整两个星期才收到货，包装也坏", 2, "负"),
            ("A lovely place to stay and all the people were kind to us", 2, "正"),
            ("完全不同的一句话，训练集里没有出现过", 2, "正"),
            ("我把这台电脑送去修了三次，每次都说没有问题", 0, "负"),
        ]
    )
]


def write(folder: Path, rows: list[Document]) -> Path:
    with DocumentWriter(folder) as writer:
        for row in rows:
            writer.write(row)
    return folder


def sides_of(out: Path, *more: str) -> dict[str, list[Document]]:
    return {side: list(read_documents(out / side)) for side in ("train", "val", "test", *more)}


def run(tmp_path: Path, rows: list[Document], seed: int = 1, **config: Any) -> dict[str, list[Document]]:
    write(tmp_path / "in", rows)
    out = tmp_path / "out"
    split([tmp_path / "in"], out=out, config=SplitConfig.read(config), run=QuietRun(seed=seed))
    return sides_of(out, *(["test_deleaked"] if (out / "test_deleaked").is_dir() else []))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def ids(rows: list[Document]) -> list[str]:
    return [row.id for row in rows]


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
        ([Document("无作者", id="x")] * 20, {"group": ["host", "author"]}, "no row has a `host`"),
        (ROWS, {"method": "stratified", "stratify": "author"}, "no row has a label to stratify by"),
        (ROWS, {"method": "time"}, "no row has a time"),
        (ROWS + DATED, {"method": "time"}, "200 of 230 rows have no time"),
        (DATED, {"method": "time", "test_from": "2030-01-01"}, "`test` would be empty: 30 rows, cut at"),
        (ROWS, {"method": "fixed"}, "no row says its side"),
        (ROWS, {"method": "fixed", "side": "part"}, "no row says its side: `part`"),
        (PUBLISHED, {"method": "fixed", "sides": {"train": "train*", "test": "tst*"}}, r"`tst\*` matches no source"),
        (PUBLISHED, {"method": "fixed", "sides": {"train": "train*", "val": "dev*"}}, "`test` would be empty"),
        (ROWS, {"sides": {"train": "a"}}, "`sides` is for `method: fixed`"),
        (ROWS, {"val_from": "2024"}, "`val_from` is for `method: time`"),
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


def test_a_published_test_stays_as_it_is_and_stands_beside_one_without_its_leaks(tmp_path: Path) -> None:
    sides = run(tmp_path, PUBLISHED, method="fixed", near_duplicates=0.5)
    assert [len(sides[side]) for side in ("train", "val", "test")] == [5, 2, 5]
    assert ids(sides["test_deleaked"]) == ["p10"]
    told = read(tmp_path / "out/split.json")
    exact, near = {"exact_in_train": 2, "exact_in_val": 0}, {"near_in_train": 1, "near_in_val": 1}
    assert told["leaks"]["test"] == {"rows": 5, "leaked": 4} | exact | near
    assert told["leaks"]["val"] == {"rows": 2, "leaked": 1, "exact_in_train": 1, "near_in_train": 0}
    assert told["test_deleaked"]["rows"] == 1
    assert told["test_digest"] == content_digest(read_table(tmp_path / "out/test"))
    assert told["test_deleaked"]["digest"] == content_digest(read_table(tmp_path / "out/test_deleaked"))
    leaks = [json.loads(line) for line in (tmp_path / "out/notes/leaks.jsonl").read_text("utf-8").splitlines()]
    assert [(leak["id"], leak["cause"], leak["copy"]["id"]) for leak in leaks] == [
        ("p5", "exact_in_train", "p2"),
        ("p6", "exact_in_train", "p0"),
        ("p7", "exact_in_train", "p1"),
        ("p8", "near_in_val", "p4"),
        ("p9", "near_in_train", "p3"),
    ]


def test_leaks_can_leave_the_training_rows_instead(tmp_path: Path) -> None:
    sides = run(tmp_path, PUBLISHED, method="fixed", near_duplicates=0.5, leaks="from_train")
    assert {side: ids(rows) for side, rows in sides.items()} == {
        "train": ["p11"],
        "val": ["p5"],
        "test": ["p6", "p7", "p8", "p9", "p10"],
    }
    dropped = {row["id"]: row["reason"] for row in read_table(tmp_path / "out/notes/dropped").to_pylist()}
    assert dropped == {
        "p0": "copy_of_test",
        "p1": "copy_of_test",
        "p2": "copy_of_val",
        "p3": "near_copy_of_test",
        "p4": "near_copy_of_test",
    }
    funnel = read(tmp_path / "out/notes/funnel.json")
    assert (funnel["read"], funnel["kept"], sum(funnel["dropped"].values())) == (12, 7, 5)


def test_sides_can_be_given_by_patterns_and_what_none_takes_is_counted(tmp_path: Path) -> None:
    sides = {"train": "train*", "test": ["data/dev*"]}
    found = run(tmp_path, PUBLISHED, method="fixed", sides=sides, leaks="report")
    assert {side: len(rows) for side, rows in found.items()} == {"train": 5, "val": 0, "test": 2}
    assert read(tmp_path / "out/notes/funnel.json")["dropped"] == {"no_side": 5}


def test_sides_can_be_given_by_a_column(tmp_path: Path) -> None:
    rows = [
        replace(row, source="", extra={"split": ("train", "validation", "test")[n % 3]}) for n, row in enumerate(ROWS)
    ]
    found = run(tmp_path, rows, method="fixed")
    assert ids(found["val"]) == ids(rows[1::3])


def test_validation_can_be_taken_from_a_given_train(tmp_path: Path) -> None:
    rows = [replace(row, source="test.csv" if n < 50 else "train.csv") for n, row in enumerate(ROWS)]
    found = run(tmp_path, rows, method="fixed", val=0.2, val_from_train=True)
    assert ids(found["test"]) == ids(ROWS[:50])
    assert 10 < len(found["val"]) < 60
    assert len(found["train"]) + len(found["val"]) == 150


def test_by_time_the_newest_are_the_test(tmp_path: Path) -> None:
    found = run(tmp_path, DATED[::-1], method="time", val=0.2, test=0.1)
    assert ids(found["test"]) == ["n29", "n28", "n27"]
    assert len(found["val"]) == 6
    cuts = {"val_from": "2024-01-22T00:00:00Z", "test_from": "2024-01-28T00:00:00Z"}
    assert read(tmp_path / "out/split.json")["cuts"] == cuts


@pytest.mark.parametrize(("choice", "train", "dropped"), [("drop", 24, {"no_time": 200}), ("train", 200, {})])
def test_rows_without_a_time_are_dropped_or_learnt_from_as_asked(
    tmp_path: Path, choice: str, train: int, dropped: dict[str, int]
) -> None:
    found = run(tmp_path, ROWS + DATED, method="time", no_time=choice)
    assert abs(len(found["train"]) - train) <= 6
    assert read(tmp_path / "out/notes/funnel.json")["dropped"] == dropped


def test_several_groups_bind(tmp_path: Path) -> None:
    rows = [
        replace(row, url=f"https://www.h{n % 40}.cn/{n}", extra={"author": f"作者{n // 5}"}, group=None)
        for n, row in enumerate(ROWS)
    ]
    found = run(tmp_path, [*rows[:100], *ROWS[100:]], method="random", group=["author", "host"], val=0.2, test=0.2)
    for column in ("author", "url"):
        seen = [{_bond(row, column) for row in side} - {""} for side in found.values()]
        assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]


def _bond(row: Document, column: str) -> str:
    return str(row.extra.get("author", "")) if column == "author" else (row.url or "//").split("/")[2]


def test_rows_of_several_labels_are_stratified(tmp_path: Path) -> None:
    rows = [
        replace(row, label=None, extra={"labels": ["常见"] + ["rare"] * (n % 10 == 0)}, group=None)
        for n, row in enumerate(ROWS)
    ]
    found = run(tmp_path, rows, method="stratified", val=0.2, test=0.2)
    rare = {side: sum("rare" in row.extra["labels"] for row in some) for side, some in found.items()}
    assert rare == {"train": 12, "val": 4, "test": 4}


POEM = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少"
BOOK = "on a bright cold day in april the clocks were striking thirteen and nobody looked up"
TEXTS = [
    f"{'前面还有许多别的话。' * 40}{POEM}{'后面也有。' * 60}",
    f"{'Other words come first. ' * 30}{BOOK}. {'More. ' * 90}",
]


def held_out(tmp_path: Path) -> Path:
    rows = [
        Document(text, id=f"h{n}", label="x") for n, text in enumerate([POEM, BOOK, *(row.text for row in ROWS[:60])])
    ]
    out = tmp_path / "held"
    split([write(tmp_path / "labels", rows)], out=out, config=SplitConfig(val=0.5, test=0.4, contamination=None))
    return out


@pytest.mark.parametrize("remove", ["documents", "spans", "nothing"])
def test_what_is_held_out_is_found_inside_longer_texts(tmp_path: Path, remove: str) -> None:
    held = held_out(tmp_path)
    hidden = [row.text for side in ("val", "test") for row in sides_of(held)[side]]
    assert POEM in hidden
    assert BOOK in hidden
    others = [Document(f"{'没有人考过的一段话' * 3}{n} of text {n * 31}", id=f"o{n}") for n in range(30)]
    texts = write(tmp_path / "texts", [*others, *(Document(text, id=f"t{n}") for n, text in enumerate(TEXTS))])
    config = SplitConfig.read({"test": 0, "contamination": {"remove": remove, "margin_chars": 5}})
    found = split([texts], [held], out=tmp_path / "out", config=config)
    funnel = read(tmp_path / "out/notes/funnel.json")
    left = [row.text for some in sides_of(tmp_path / "out").values() for row in some]
    assert funnel["dropped"] == ({"contaminated_ngrams": 2} if remove == "documents" else {})
    assert funnel["edited"] == ({"contaminated_span": 2} if remove == "spans" else {})
    assert sum(POEM in text or BOOK in text for text in left) == (2 if remove == "nothing" else 0)
    assert found["contaminated"] == (2 if remove == "documents" else 0)
    notes = (tmp_path / "out/notes/contamination.jsonl").read_text("utf-8").splitlines()
    lines = [line for line in map(json.loads, notes) if line["side"].startswith("held_out/0/")]
    assert {line["id"]: line["where"]["id"] for line in lines} == {"h0": "t0", "h1": "t1"}
    assert all(line["fraction"] == 1.0 for line in lines)


def bytes_of(out: Path) -> dict[str, bytes]:
    files = (path for path in sorted(out.rglob("*")) if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("method", ["hash", "stratified", "fixed"])
def test_how_rows_are_cut_into_folders_makes_no_difference(tmp_path: Path, method: str) -> None:
    rows = [replace(row, source=("train.csv", "test.csv")[n % 3 == 0]) for n, row in enumerate(ROWS + PUBLISHED)]
    found = []
    for number, cuts in enumerate(([0, 212], [0, 1, 90, 212], [0, 50, 51, 52, 212])):
        home = tmp_path / str(number)
        folders = [write(home / f"in{low}", rows[low:high]) for low, high in pairwise(cuts)]
        split(folders, out=home / "out", config=SplitConfig.read({"method": method, "group": "group"}))
        found.append(bytes_of(home / "out"))
    assert found[0] == found[1] == found[2]
    assert not any(name.startswith("scratch") for name in found[0])


def test_by_hash_rows_that_are_added_move_no_other(tmp_path: Path) -> None:
    before = run(tmp_path / "a", ROWS[:150], group="group")
    after = run(tmp_path / "b", ROWS, group="group")
    for side, rows in before.items():
        assert set(ids(rows)) <= set(ids(after[side]))


def test_several_workers_split_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafout.corpus.parts.PART_BYTES", 1)
    monkeypatch.setattr("leafout.corpus.contamination_scan.READ_BYTES", 1)
    texts = [write(tmp_path / f"in{n}", ROWS[70 * n : 70 * n + 70]) for n in range(3)]
    for workers in (1, 2):
        split(texts, out=tmp_path / str(workers), config=SplitConfig(), run=QuietRun(workers=workers))
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2")


@pytest.mark.parametrize("method", ["hash", "fixed"])
def test_a_split_that_was_stopped_anywhere_goes_on_to_the_same_bytes(tmp_path: Path, method: str) -> None:
    rows = [replace(row, source=("train.csv", "test.csv")[n % 3 == 0]) for n, row in enumerate(ROWS + PUBLISHED)]
    inputs = [write(tmp_path / f"in{n}", rows[40 * n : 40 * n + 40]) for n in range(6)]
    hidden = tmp_path / "hidden"
    split([write(tmp_path / "given", PUBLISHED)], out=hidden, config=SplitConfig(method="random", test=0.3, val=0.3))
    config = SplitConfig.read({"method": method, "contamination": {"within": "remove"}})
    with mock.patch("leafout.corpus.contamination_scan.READ_BYTES", 1):
        split(inputs, held_out=[hidden], out=tmp_path / "whole", config=config)
        stops = 0
        for looks in range(1, 200, 7):
            with contextlib.suppress(Stopped):
                split(inputs, held_out=[hidden], out=tmp_path / "out", config=config, run=Stopping(looks))
                break
            stops += 1
    assert stops > 3
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_a_split_that_goes_on_makes_nothing_twice(tmp_path: Path) -> None:
    texts = write(tmp_path / "in", ROWS)
    with (
        mock.patch("leafout.corpus.splits_writing.SidesWriter.write", side_effect=OSError("the disk is full")),
        pytest.raises(OSError, match="full"),
    ):
        split([texts], out=tmp_path / "out", config=SplitConfig())
    with (
        mock.patch("leafout.corpus.splits_near.keys_of", side_effect=AssertionError),
        mock.patch("leafout.corpus.contamination_scan.findings", side_effect=AssertionError),
    ):
        split([texts], out=tmp_path / "out", config=SplitConfig())
    split([texts], out=tmp_path / "whole", config=SplitConfig())
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.mark.slow
def test_without_a_compiler_rows_are_split_alike(tmp_path: Path) -> None:
    texts = write(
        tmp_path / "in", [*ROWS, *(Document(text, id=f"t{n}") for n, text in enumerate([*TEXTS, POEM, BOOK]))]
    )
    config = SplitConfig.read({"group": "group", "contamination": {"within": "remove", "common": 0}})
    split([texts], out=tmp_path / "compiled", config=config)
    code = (
        "import sys; from pathlib import Path; from leafout.stages.split import SplitConfig, split;"
        "config = SplitConfig.read({'group': 'group', 'contamination': {'within': 'remove', 'common': 0}});"
        "split([Path(sys.argv[1])], out=Path(sys.argv[2]), config=config)"
    )
    env = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    subprocess.run([sys.executable, "-c", code, texts, tmp_path / "plain"], env=env, check=True)
    assert bytes_of(tmp_path / "compiled") == bytes_of(tmp_path / "plain")
