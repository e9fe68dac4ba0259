from itertools import pairwise
from pathlib import Path

import pytest

from leafout.corpus.documents import Document, DocumentWriter
from leafout.tokenization.sample import read_texts, training_texts


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
