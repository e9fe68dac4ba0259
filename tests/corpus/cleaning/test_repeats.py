from collections import Counter
from pathlib import Path

from leafout.core.parallel import Workers
from leafout.core.run import QUIET
from leafout.corpus.cleaning.phases import DROPPED, Phases, finish_part
from leafout.corpus.cleaning.repeats import cut_repeats
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.documents import Document, table_of
from leafout.corpus.parts import making, read_counts, read_part

FOOTER = "责任编辑：王小明 版权所有 请勿转载"


def _phases(tmp_path: Path, parts: list[list[str]]) -> Phases:
    for number, texts in enumerate(parts):
        with making(tmp_path / "judge", number) as out:
            rows = [Document(text, id=f"{number}-{place}", source="s") for place, text in enumerate(texts)]
            finish_part(out, table_of(rows), [None] * len(rows), Counter())
    return Phases(tmp_path, len(parts), Workers(1), QUIET)


def test_searches_follow_each_other_and_what_is_left_too_short_goes(tmp_path: Path) -> None:
    bodies = [f"第{n}篇文章写的是第{n}件事情，与别的文章都不一样。" for n in "一二三四五六七八九十"]
    phases = _phases(
        tmp_path, [[f"{body}\n{FOOTER}" for body in bodies], [f"短\n{FOOTER}", "另一篇没有页脚的文章，写得也很好。"]]
    )
    rules = CleanRules.read({"repeated_lines": {"min_documents": 5, "site": "source"}, "repeated_paragraphs": {}})
    last, made, told = cut_repeats(phases, "judge", rules)
    assert (last, made) == ("repeated_paragraphs", ["repeated_lines", "repeated_paragraphs"])
    texts = [text for path in phases.kept(last) for text in read_part(path)["text"].to_pylist()]
    assert texts == [*bodies, "另一篇没有页脚的文章，写得也很好。"]
    dropped = read_part(phases.part("repeated_lines", 1) / DROPPED)
    assert dropped["reason"].to_pylist() == ["too_short_after_repeated_lines"]
    assert told["repeated_lines"]["documents"] == 11
    assert told["repeated_lines"]["examples"] == [{"text": FOOTER, "times": 11}]
    assert read_counts(phases.part("repeated_lines", 0) / "notes/funnel.json")["edited"] == {"repeated_lines": 10}


def test_nothing_is_searched_without_being_asked(tmp_path: Path) -> None:
    phases = _phases(tmp_path, [["春眠不觉晓"]])
    assert cut_repeats(phases, "judge", CleanRules()) == ("judge", [], {})
