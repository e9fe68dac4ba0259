import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.near_verification import Verifier
from leafout.corpus.text_stores import ArrayTexts


class Counting(ArrayTexts):
    """Counts the rows asked for."""

    asked = 0

    def texts(self, rows_N: NDArray[np.int64]) -> pa.Array:
        assert (np.diff(rows_N) > 0).all()
        self.asked += len(rows_N)
        return super().texts(rows_N)


TEXTS = [
    "one two three four five six",
    "one two three four five seven",
    "one two three four five six!",
    "今天天气很好我们去",
    "今天天气很好你们去",
]


def test_similarities_are_exact() -> None:
    verifier = Verifier(ArrayTexts(pa.array(TEXTS)))
    found = verifier.similarities(np.array([0, 0, 3, 0]), np.array([1, 2, 4, 3]))
    assert found.tolist() == [3 / 5, 1.0, 4 / 10, 0.0]


def test_shingles_within_the_budget_are_not_made_twice_and_others_are() -> None:
    first, second = np.arange(0, 300), np.arange(1, 301)
    texts = pa.array([f"text number {number} of many 第{number}篇文章" for number in range(301)])
    ample, tight = Counting(texts), Counting(texts)
    wanted = Verifier(ample).similarities(np.tile(first, 2), np.tile(second, 2))
    found = Verifier(tight, budget_bytes=100).similarities(np.tile(first, 2), np.tile(second, 2))
    assert ample.asked == 301
    assert tight.asked > 602
    assert found.tolist() == wanted.tolist()


def test_a_pair_that_failed_is_not_judged_again() -> None:
    store = Counting(pa.array(TEXTS))
    verifier = Verifier(store, budget_bytes=0)
    first, second = np.array([0, 0]), np.array([1, 2])
    assert verifier.passing(first, second, 0.9).tolist() == [False, True]
    asked = store.asked
    assert verifier.passing(first[:1], second[:1], 0.9).tolist() == [False]
    assert store.asked == asked
    assert verifier.passing(first[1:], second[1:], 0.9).tolist() == [True]
