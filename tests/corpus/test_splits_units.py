from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus import splits_units
from leafout.corpus.splits import TEST, TRAIN, VAL
from leafout.corpus.splits_units import Units, by_count, by_hash, by_labels, key_of, make_units

NAMES = np.array([key_of(f"id{number}") for number in range(300)], np.uint64)


def singles(count: int) -> Units:
    return make_units(NAMES[:count], [])


def test_rows_that_share_a_key_in_any_bond_are_one_unit() -> None:
    bonds = [np.array([1, 1, 0, 0, 0], np.uint64), np.array([0, 5, 5, 6, 0], np.uint64)]
    units = make_units(NAMES[:5], bonds)
    assert units.unit_N.tolist() == [0, 0, 0, 1, 2]
    assert units.sizes_U.tolist() == [3, 1, 1]
    assert units.names_U.tolist() == [NAMES[:3].min(), NAMES[3], NAMES[4]]


def test_many_rows_are_joined_in_sets_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    bonds = [key % np.uint64(most) + np.uint64(1) for key, most in ((NAMES, 150), (NAMES >> np.uint64(9), 200))]
    whole = make_units(NAMES, bonds)
    assert 10 < len(whole.sizes_U) < 200
    monkeypatch.setattr(splits_units, "_AT_ONCE", 7)
    parts = make_units(NAMES, bonds)
    assert np.array_equal(whole.unit_N, parts.unit_N)
    assert np.array_equal(whole.sizes_U, parts.sizes_U)
    assert np.array_equal(whole.names_U, parts.names_U)
    sides = [by_hash(units, val=0.2, test=0.2, seed=0).tolist() for units in (whole, parts)]
    assert sides[0] == sides[1]


def test_rows_that_are_clustered_already_stay_so() -> None:
    units = make_units(NAMES[:4], [np.array([1, 0, 0, 1], np.uint64)], np.array([0, 1, 1, 3]))
    assert units.unit_N.tolist() == [0, 1, 1, 0]


def test_a_name_has_a_key_and_never_that_of_nothing() -> None:
    assert key_of("作者") != key_of("author")
    assert all(key_of(name) > 0 for name in ("", "a", "\ud800"))


def test_by_hash_a_row_added_later_moves_no_other() -> None:
    before = by_hash(singles(200), val=0.2, test=0.2, seed=1)
    after = by_hash(singles(300), val=0.2, test=0.2, seed=1)
    assert np.array_equal(after[:200], before)
    assert 0.1 < (before == TEST).mean() < 0.3
    assert 0.1 < (before == VAL).mean() < 0.3


@settings(deadline=None)  # the first call compiles
@given(st.permutations(range(40)))
def test_by_hash_the_order_of_rows_makes_no_difference(order: list[int]) -> None:
    groups = np.arange(1, 41, dtype=np.uint64) // np.uint64(3) + np.uint64(1)
    before = make_units(NAMES[:40], [groups])
    after = make_units(NAMES[:40][order], [groups[order]])
    sides = by_hash(before, val=0.3, test=0.3, seed=0)[before.unit_N]
    assert np.array_equal(by_hash(after, val=0.3, test=0.3, seed=0)[after.unit_N], sides[order])


def test_by_hash_big_units_fall_no_other_way_than_small_ones() -> None:
    """The least of many names is small: taken as it is, it would put every large group into test."""
    units = [make_units(NAMES[n * 30 : n * 30 + 30], [np.ones(30, np.uint64)]) for n in range(10)]
    sides = Counter(int(by_hash(unit, val=0.0, test=0.2, seed=seed)[0]) for unit in units for seed in range(40))
    assert 40 < sides[TEST] < 120


def test_another_seed_and_another_method_part_otherwise() -> None:
    found = singles(300)
    sides = [by_hash(found, val=0.1, test=0.1, seed=seed).tolist() for seed in (1, 2)]
    sides.append(by_count(found, val=0.1, test=0.1, seed=1).tolist())
    assert len({tuple(side) for side in sides}) == 3


def test_by_count_each_stratum_has_its_fraction() -> None:
    strata_U = np.arange(300) % 3
    sides = by_count(singles(300), val=0.1, test=0.2, seed=1, strata_U=strata_U)
    for stratum in range(3):
        assert np.bincount(sides[strata_U == stratum]).tolist() == [70, 10, 20]


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.sampled_from([0.1, 0.25, 0.4]))
def test_by_count_comes_as_near_as_units_allow(groups: list[int], fraction: float) -> None:
    units = make_units(NAMES[: len(groups)], [np.array(groups, np.uint64) + np.uint64(1)])
    sides = by_count(units, val=0.0, test=fraction, seed=0)[units.unit_N]
    assert abs((sides == TEST).sum() - fraction * len(groups)) <= max(units.sizes_U.max(), 1)


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 31)), min_size=1, max_size=60))
def test_no_group_ever_crosses(rows: list[tuple[int, int]]) -> None:
    keys = np.array([group for group, _ in rows], np.uint64) + np.uint64(1)
    units = make_units(NAMES[: len(rows)], [keys])
    of_units: list[list[int]] = [[] for _ in units.sizes_U]
    for unit, (_, bits) in zip(units.unit_N.tolist(), rows, strict=True):
        of_units[unit] += [label for label in range(5) if bits >> label & 1]
    flat = np.array([label for some in of_units for label in some], np.int32)
    first = np.cumsum([0, *map(len, of_units)])
    for sides_U in (
        by_hash(units, val=0.2, test=0.2, seed=0),
        by_count(units, val=0.2, test=0.2, seed=0, strata_U=np.arange(len(units.sizes_U)) % 2),
        by_labels(units, flat, first, num_labels=5, val=0.2, test=0.2, seed=0),
    ):
        assert len(sides_U) == len(units.sizes_U)
        assert set(sides_U.tolist()) <= {TRAIN, VAL, TEST}
        sides = sides_U[units.unit_N]
        assert all(len(set(sides[keys == key].tolist())) == 1 for key in set(keys.tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_iterative_stratification_keeps_the_fraction_of_every_label(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rare = np.array([0.5, 0.3, 0.1, 0.05, 0.03])
    has = draw.random((3000, 5)) < rare
    names = draw.integers(1, 2**63, 3000, np.uint64)
    units = make_units(names, [])
    labels = np.concatenate([np.flatnonzero(row) for row in has]).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(has.sum(axis=1))])
    sides = by_labels(units, labels, first, num_labels=5, val=0.1, test=0.2, seed=seed)
    assert abs((sides == TEST).sum() - 600) <= 6
    for label in range(5):
        count = int(has[:, label].sum())
        assert abs(int(has[sides == TEST, label].sum()) - 0.2 * count) <= 2
        assert abs(int(has[sides == VAL, label].sum()) - 0.1 * count) <= 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=1, max_size=40))
def test_no_row_goes_to_a_side_that_wants_none(bits: list[int]) -> None:
    labels = [[label for label in range(4) if some >> label & 1] for some in bits]
    flat = np.array([label for some in labels for label in some], np.int32)
    first = np.cumsum([0, *map(len, labels)])
    sides = by_labels(singles(len(labels)), flat, first, num_labels=4, val=0.0, test=0.3, seed=0)
    assert VAL not in sides
