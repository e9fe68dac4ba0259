from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.tokenization.fast.merging import NO_RANK, look, merge, pair_table, utf8_ids
from leafout.tokenization.fast.strings import code_points


def plain(symbols: list[int], pairs: list[tuple[int, int, int]]) -> list[int]:
    """Lowest rank first, leftmost of equal ones."""
    ranks = {(left, right): (rank, made) for rank, (left, right, made) in enumerate(pairs)}
    while True:
        known = [(ranks[pair][0], place) for place, pair in enumerate(pairwise(symbols)) if pair in ranks]
        if not known:
            return symbols
        place = min(known)[1]
        symbols = [*symbols[:place], ranks[symbols[place], symbols[place + 1]][1], *symbols[place + 2 :]]


pairs_of = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(2, 6)), max_size=14)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 3), max_size=30), pairs_of, st.sampled_from([1, 5]))
def test_merging_is_that_of_the_plain_rule_for_short_words_and_long(
    symbols: list[int], pairs: list[tuple[int, int, int]], times: int
) -> None:
    whole = symbols * times
    ids = np.array(whole, np.int32)
    table = pair_table(np.array(pairs, np.int64).reshape(-1, 3))
    count = merge(ids, len(ids), table, np.zeros(6 * len(ids), np.int64))
    assert ids[:count].tolist() == plain(whole, pairs)


def test_of_equal_pairs_the_last_counts() -> None:
    table = pair_table(np.array([(1, 2, 5), (1, 2, 6)], np.int64))
    assert look(table, 1, 2) == (1 << 32) | 6
    assert look(table, 2, 1) == NO_RANK


@pytest.mark.parametrize("text", ["aé好𠀀", "", "\u07ff\u0800\uffff\U00010000"])
def test_bytes_are_utf8(text: str) -> None:
    room, codes = np.zeros(4 * len(text), np.int32), code_points(text)
    count = utf8_ids(codes, 0, len(codes), np.arange(256, dtype=np.int32), room)
    assert bytes(room[:count].tolist()) == text.encode()
