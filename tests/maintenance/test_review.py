import json
from dataclasses import replace
from pathlib import Path

import pytest

from leafout.inference.release import Release
from leafout.maintenance.live import Answered
from leafout.maintenance.review import review_queue, write_queue

RELEASE = Release(
    path=Path(),
    task="classify",
    format="onnx",
    precision="int8",
    labels=("差", "好"),
    max_tokens=32,
    pair=False,
    thresholds={"好": 0.6},
    languages=("zh",),
    model="",
    architecture="BertForSequenceClassification",
)
ANSWERS = [Answered(f"a{n}", f"文字 {n}", "好", 0.5 + n / 100) for n in range(40)]


def test_half_is_what_the_release_is_least_sure_of_and_half_is_drawn() -> None:
    queue = review_queue(ANSWERS, RELEASE, count=24, done=(), seed=0)
    assert len({row["id"] for row in queue}) == len(queue) == 24
    unsure = [row for row in queue if row["why"] != "random"]
    assert [row["id"] for row in unsure] == [f"a{n}" for n in range(12)]
    assert [row["why"] for row in unsure] == ["abstained"] * 10 + ["least sure"] * 2
    assert queue == review_queue(ANSWERS, RELEASE, count=24, done=(), seed=0)
    assert queue != review_queue(ANSWERS, RELEASE, count=24, done=(), seed=1)


def test_labelled_repeated_and_unlogged_texts_are_left_out() -> None:
    more = [Answered("b1", "文字 3", "好", 0.1), Answered("b2", None, "好", 0.1)]
    queue = review_queue([*ANSWERS[:6], *more], RELEASE, count=50, done={"a0"}, seed=0)
    assert sorted(row["text"] for row in queue) == [f"文字 {n}" for n in range(1, 6)]
    assert review_queue([], RELEASE, count=50, done=(), seed=0) == []
    assert review_queue(ANSWERS, RELEASE, count=0, done=(), seed=0) == []


def test_the_texts_of_a_pair_are_parted_again() -> None:
    pairs = replace(RELEASE, pair=True)
    (row,) = review_queue([Answered("a", "一\t二\t三", "好", 0.7)], pairs, count=5, done=(), seed=0)
    assert (row["text"], row["text_b"]) == ("一", "二\t三")


def test_the_queue_is_read_by_collect_and_keeps_line_ends_inside(tmp_path: Path) -> None:
    from leafout.corpus.documents import Document
    from leafout.corpus.readers.formats import reader
    from leafout.corpus.readers.record import ReadOptions

    queue = review_queue([Answered("a", "one\n二\u2028三", "好", 0.7)], RELEASE, count=5, done=(), seed=0)
    queue[0]["label"] = "差"
    write_queue(tmp_path / "review.jsonl", queue)
    (document,) = reader("jsonl")(tmp_path / "review.jsonl", ReadOptions(name="review.jsonl"))
    assert isinstance(document, Document)
    assert (document.text, document.label) == ("one\n二\u2028三", "差")
    assert json.loads((tmp_path / "review.jsonl").read_text(encoding="utf-8"))["why"] == "least sure"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_short_queues_hold_as_many_as_asked(count: int) -> None:
    assert len(review_queue(ANSWERS, RELEASE, count=count, done=(), seed=0)) == count
