from itertools import pairwise
from pathlib import Path

import pytest

from leafout.corpus.documents import Document, DocumentWriter
from leafout.tokenization.sample import read_texts, spread_texts, training_texts


def write(folder: Path, count: int) -> Path:
    with DocumentWriter(folder) as writer:
        for number in range(count):
            writer.write(Document(f"{number:08}好", id=str(number), text_b="second 二" if number % 2 else None))
    return folder


def test_second_texts_stand_under_the_first_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, 2)
    assert list(read_texts(tmp_path, text_b=True)) == [["00000000好", "00000001好\nsecond 二"]]
    assert list(read_texts(tmp_path, text_b=False)) == [["00000000好", "00000001好"]]


@pytest.mark.parametrize(("max_bytes", "wanted"), [(10**9, 3000), (11 * 3000, 3000), (11 * 1000, 1000), (110, 10)])
def test_an_even_part_is_taken_and_the_same_each_time(tmp_path: Path, max_bytes: int, wanted: int) -> None:
    texts = training_texts(write(tmp_path, 3000), max_bytes=max_bytes, text_b=False)
    taken = [int(text[:8]) for batch in texts() for text in batch]
    assert abs(len(taken) - wanted) <= 1
    assert taken == [int(text[:8]) for batch in texts() for text in batch]
    gaps = {after - before for before, after in pairwise(taken)}
    assert max(gaps) - min(gaps) <= 1


def test_what_weighs_nothing_is_left_out(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path) as writer:
        for number, source in enumerate(("wiki/a", "weibo/b", "wiki/c")):
            writer.write(Document(f"好{number}", id=str(number), source=source))
    texts = training_texts(tmp_path, max_bytes=99, text_b=True, weights={"weibo/*": 0, "wiki/a": 3})
    assert list(texts()) == [["好0", "好2"]]


@pytest.mark.parametrize("shard_bytes", [1 << 20, 3000])
def test_a_spread_sample_is_from_all_over_whatever_the_shards(tmp_path: Path, shard_bytes: int) -> None:
    with DocumentWriter(tmp_path, shard_bytes=shard_bytes) as writer:
        for number in range(20000):
            writer.write(Document(str(number), language="zh" if number % 2 else None, text_b="二"))
    found = spread_texts(tmp_path, text_b=False, spots=4, each=2)
    assert [int(text) for text, _ in found] == [0, 1, 5000, 5001, 10000, 10001, 15000, 15001]
    assert [language for _, language in found[:2]] == [None, "zh"]
    assert spread_texts(tmp_path, text_b=True, spots=1, each=1)[0][0] == "0\n二"


def test_a_small_folder_is_its_own_sample(tmp_path: Path) -> None:
    assert len(spread_texts(write(tmp_path, 5), text_b=False)) == 5
    assert spread_texts(write(tmp_path / "none", 0), text_b=False) == []
