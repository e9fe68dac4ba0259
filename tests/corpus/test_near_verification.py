import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from leafout.corpus import near_verification
from leafout.corpus.near_verification import Verifier, similarities
from leafout.corpus.text_stores import ArrayTexts


class Counting(ArrayTexts):
    """Counts the rows asked for."""

    asked = 0
    most = 0

    def texts(self, rows_N: NDArray[np.int64]) -> pa.Array:
        assert (np.diff(rows_N) > 0).all()
        self.asked += len(rows_N)
        self.most = max(self.most, len(rows_N))
        return super().texts(rows_N)


TEXTS = [
    "one two three four five six",
    "one two three four five seven",
    "one two three four five six!",
    "今天天气很好我们去",
    "今天天气很好你们去",
]


def test_similarities_are_exact() -> None:
    found, size_bytes = similarities(ArrayTexts(pa.array(TEXTS)), np.array([0, 0, 3, 0]), np.array([1, 2, 4, 3]))
    assert size_bytes == sum(len(text.encode()) for text in TEXTS)
    assert found.tolist() == [3 / 5, 1.0, 4 / 10, 0.0]


def test_a_pair_that_failed_is_not_judged_again() -> None:
    store = Counting(pa.array(TEXTS))
    verifier = Verifier(store, 0.9)
    first, second = np.array([0, 0]), np.array([1, 2])
    assert verifier.passing(first, second).tolist() == [False, True]
    asked = store.asked
    assert verifier.passing(first[:1], second[:1]).tolist() == [False]
    assert store.asked == asked
    assert verifier.passing(first[1:], second[1:]).tolist() == [True]


def test_forgetting_failed_pairs_and_fetching_few_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(
        [" ".join(f"w{number // 3 * 50 + place}" for place in range(30 + number % 3)) for number in range(60)]
    )
    first_P, second_P = np.triu_indices(60, 1)
    wanted = Verifier(ArrayTexts(texts), 0.9).passing(first_P, second_P)
    assert wanted.sum() == 60
    monkeypatch.setattr(near_verification, "_REMEMBERED_BITS", 1)
    monkeypatch.setattr(near_verification, "_FETCHED_PAIRS", 64)
    monkeypatch.setattr(near_verification, "_FETCHED_BYTES", 1000)
    store = Counting(texts)
    verifier = Verifier(store, 0.9)
    for _ in range(2):
        assert verifier.passing(first_P, second_P).tolist() == wanted.tolist()
    assert store.most <= 9  # four pairs of 250 bytes
    assert store.asked > 2 * len(first_P)
