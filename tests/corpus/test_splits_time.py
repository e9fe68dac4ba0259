from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.corpus.splits import TEST, TRAIN, VAL
from leafout.corpus.splits_time import NO_TIME, by_time, find_cuts, iso, seconds_of

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-05", "2024-03-05T00:00:00Z"),
        ("2024-03-05T10:30:00+08:00", "2024-03-05T02:30:00Z"),
        ("2024-03-05 10:30:07", "2024-03-05T10:30:07Z"),
        ("2024/3/5 9:05", "2024-03-05T09:05:00Z"),
        ("2024年3月5日", "2024-03-05T00:00:00Z"),
        ("2024年3月5日 10时30分", "2024-03-05T10:30:00Z"),
        ("2024年03月05日10:30:07", "2024-03-05T10:30:07Z"),
        ("2024.3", "2024-03-01T00:00:00Z"),
        ("2024", "2024-01-01T00:00:00Z"),
        ("Tue, 05 Mar 2024 10:30:00 GMT", "2024-03-05T10:30:00Z"),
        ("1709634600", "2024-03-05T10:30:00Z"),
        ("1709634600000", "2024-03-05T10:30:00Z"),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, moment: str) -> None:
    assert iso(seconds_of(text)) == moment


@pytest.mark.parametrize("text", [None, "", "昨天", "yesterday", "2024-13-45", "2024年99月1日", "12", "0000"])
def test_what_is_no_moment_has_no_time(text: str | None) -> None:
    assert seconds_of(text) == NO_TIME


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    assert isinstance(seconds_of(text), int)


def test_the_newest_are_the_test_and_the_sides_come_near_their_fractions() -> None:
    times_U = np.arange(100) * DAY
    sides = by_time(times_U, find_cuts(times_U, np.ones(100, np.int64), val=0.2, test=0.1))
    assert sides.tolist() == [TRAIN] * 70 + [VAL] * 20 + [TEST] * 10


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), min_size=3, max_size=60))
def test_nothing_in_train_is_newer_than_what_is_tested(units: list[tuple[int, int]]) -> None:
    times_U, sizes_U = (np.array(column, np.int64) for column in zip(*units, strict=True))
    sides = by_time(times_U, find_cuts(times_U, sizes_U, val=0.2, test=0.2))
    parts = [times_U[sides == side] for side in (TRAIN, VAL, TEST)]
    for older, newer in pairwise(parts):
        assert not len(older) or not len(newer) or older.max() < newer.min()
    assert len(parts[0])


def test_dates_that_are_given_cut_there() -> None:
    times_U = np.array([seconds_of(f"2024-0{month}-01") for month in range(1, 8)])
    cuts = find_cuts(times_U, np.ones(7, np.int64), val=0.1, test=0.1, val_from="2024年4月", test_from="2024-06-01")
    assert by_time(times_U, cuts).tolist() == [TRAIN] * 3 + [VAL] * 2 + [TEST] * 2


def test_rows_without_a_time_are_learnt_from() -> None:
    times_U = np.array([NO_TIME, 0, DAY])
    assert by_time(times_U, find_cuts(times_U, np.ones(3, np.int64), val=0.0, test=0.3))[0] == TRAIN


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"test_from": "soon"}, "`soon` is no date"),
        ({"val_from": "2024-06-01", "test_from": "2024-01-01"}, "not before test"),
    ],
)
def test_dates_that_cannot_be_are_refused(given_: dict[str, str], message: str) -> None:
    with pytest.raises(LeafoutError, match=message):
        find_cuts(np.arange(9) * DAY, np.ones(9, np.int64), val=0.1, test=0.1, **given_)
