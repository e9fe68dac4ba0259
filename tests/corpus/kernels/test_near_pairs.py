import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels.near_pairs import are_apart, flatten, jaccards, join

SHINGLES = st.lists(st.integers(0, 30).map(lambda n: n * 0x2000000000000001 % 2**64), min_size=1, max_size=60)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(SHINGLES, min_size=2, max_size=4))
def test_jaccard_is_that_of_sets(texts: list[list[int]]) -> None:
    sets = [{max(n, 1) for n in text} for text in texts]
    first_P, second_P = np.triu_indices(len(texts))
    starts_N1 = np.cumsum([0, *map(len, texts)])
    found_P = jaccards(np.array([n for text in texts for n in text], np.uint64), starts_N1, first_P, second_P)
    wanted = [len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in zip(first_P, second_P, strict=True)]
    assert found_P == pytest.approx(wanted, abs=1e-12)
    assert found_P[0] == 1


@settings(max_examples=100, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_sets_are_what_pairs_connect_and_the_smallest_is_the_root(pairs: list[tuple[int, int]]) -> None:
    wanted = list(range(20))
    for _ in range(20):
        for first, second in pairs:
            wanted[first] = wanted[second] = min(wanted[first], wanted[second])
    parent_N = np.arange(20)
    ends_P2 = np.array(pairs, np.int64).reshape(-1, 2)
    join(parent_N, ends_P2[:, 0].copy(), ends_P2[:, 1].copy())
    assert not are_apart(parent_N, ends_P2[:, 0].copy(), ends_P2[:, 1].copy()).any()
    flatten(parent_N)
    assert parent_N.tolist() == wanted
