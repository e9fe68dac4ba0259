import json
import random
from collections import Counter
from pathlib import Path

import pytest

from leafout.core.parallel import Workers
from leafout.core.run import QUIET
from leafout.corpus.cleaning.phases import DROPPED, Phases, finish_part
from leafout.corpus.cleaning.resembling import keep_alike
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.documents import Document, table_of
from leafout.corpus.parts import making, read_part

_CHIPS = [
    "芯片",
    "晶圆",
    "制程",
    "晶体管",
    "功耗",
    "封装",
    "光刻",
    "良率",
    "存储",
    "算力",
    "电路",
    "接口",
    "频率",
    "缓存",
    "架构",
]
_MEALS = [
    "洋葱",
    "胡椒",
    "小火",
    "炖煮",
    "切碎",
    "酱油",
    "米饭",
    "蒸鱼",
    "面团",
    "发酵",
    "砂糖",
    "出锅",
    "腌制",
    "香菜",
    "豆腐",
]


def _texts(words: list[str], seed: int) -> list[str]:
    draw = random.Random(seed)
    return [
        "，".join(f"这次说到{draw.choice(words)}和{draw.choice(words)}" for _ in range(6)) + "。" for _ in range(60)
    ]


CHIPS, MEALS = _texts(_CHIPS, 1), _texts(_MEALS, 2)


def _phases(tmp_path: Path, cut: int) -> Phases:
    rows = [Document(text, id=str(n), source="s") for n, text in enumerate(CHIPS[30:] + MEALS)]
    for number, part in enumerate((rows[:cut], rows[cut:])):
        with making(tmp_path / "judge", number) as out:
            finish_part(out, table_of(part), [None] * len(part), Counter())
    return Phases(tmp_path, 2, Workers(1), QUIET)


@pytest.mark.parametrize("name", ["like", "topic"])
def test_what_resembles_examples_stays_and_the_rest_has_a_reason_and_a_score(tmp_path: Path, name: str) -> None:
    (tmp_path / "good.txt").write_text("\n\n".join(CHIPS[:30]), encoding="utf-8")
    kept = []
    for cut in (10, 50):
        folder = tmp_path / str(cut)
        phases = _phases(folder, cut)
        rule = {name: {"like": "good.txt", "keep_fraction": 0.34}}
        rules = CleanRules.read({"quality": rule} if name == "like" else rule)
        last, made = keep_alike(phases, "judge", rules, tmp_path)
        assert (last, made) == (name, [name])
        kept.append([row for path in phases.kept(last) for row in read_part(path)["text"].to_pylist()])
    assert kept[0] == kept[1]
    assert len(set(kept[0]) & set(CHIPS)) >= 20
    assert len(set(kept[0]) & set(MEALS)) <= 3
    dropped = read_part(phases.part(name, 1) / DROPPED)
    assert set(dropped["reason"].to_pylist()) == {"unlike_examples" if name == "like" else "off_topic"}
    assert dropped["score"].null_count == 0
    told = json.loads((folder / "filters.json").read_text(encoding="utf-8"))[name]
    assert told["held_out_auc"] > 0.5


def test_keywords_alone_make_a_topic(tmp_path: Path) -> None:
    phases = _phases(tmp_path, 40)
    rules = CleanRules.read({"topic": {"keywords": _CHIPS}})
    last, _ = keep_alike(phases, "judge", rules, tmp_path)
    texts = [text for path in phases.kept(last) for text in read_part(path)["text"].to_pylist()]
    assert texts == CHIPS[30:]


def test_a_fraction_is_kept_by_choice(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("\n\n".join(CHIPS[:30]), encoding="utf-8")
    phases = _phases(tmp_path, 40)
    rules = CleanRules.read({"quality": {"like": {"like": "good.txt", "keep_fraction": 0.2}}})
    last, _ = keep_alike(phases, "judge", rules, tmp_path)
    assert sum(read_part(path).num_rows for path in phases.kept(last)) == 18
