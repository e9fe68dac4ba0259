import random

import numpy as np
import pytest

from leafout.corpus.near_duplicates import clusters


def variant(words: list[str], edits: int, draw: random.Random) -> list[str]:
    changed = list(words)
    for place in draw.sample(range(len(words)), edits):
        changed[place] = f"e{draw.random()}"
    return changed


@pytest.mark.parametrize("joiner", [" ", ""])
def test_near_duplicates_are_found_and_others_left(joiner: str) -> None:
    draw = random.Random(3)
    alphabet = [chr(code) for code in range(0x4E00, 0x5E00)] if not joiner else [f"w{n}" for n in range(4000)]
    originals = [[draw.choice(alphabet) for _ in range(100)] for _ in range(200)]
    texts = [joiner.join(words) for words in originals]
    texts += [joiner.join(words[:98]) for words in originals]
    found = clusters(texts, threshold=0.8)
    assert np.array_equal(found[:200], np.arange(200))
    assert np.mean(found[200:] == np.arange(200)) >= 0.99


def test_candidates_below_the_threshold_do_not_join() -> None:
    draw = random.Random(4)
    words = [f"w{number}" for number in range(100)]
    texts = [" ".join(words)] + [" ".join(variant(words, 12, draw)) for _ in range(30)]
    assert len(set(clusters(texts, threshold=0.8).tolist())) == 31
    assert len(set(clusters(texts, threshold=0.3).tolist())) == 1


def test_nothing_and_empty_texts_are_no_trouble() -> None:
    assert len(clusters([], threshold=0.8)) == 0
    assert clusters(["", "叶"], threshold=0.8).tolist() == [0, 1]
