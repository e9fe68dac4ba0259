from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus import near_candidates
from leafout.corpus.near_candidates import MISSED, banding, groups, pair_rounds


@pytest.mark.parametrize("threshold", [0.05, 0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 1.0])
def test_keys_miss_next_to_nothing_at_the_threshold(threshold: float) -> None:
    cut = banding(threshold)
    assert 1 - cut.found_fraction(threshold) <= MISSED
    assert cut.bands <= (24 if threshold >= 0.5 and cut.rows > 2 else 122)


def test_keys_are_selective() -> None:
    assert (banding(0.8).bands, banding(0.8).rows) == (21, 6)
    assert banding(0.8).found_fraction(0.3) < 0.02
    assert banding(0.3).rows == 2


def in_lists(keys: list[int]) -> list[list[int]]:
    rows: dict[int, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    return sorted(group for group in rows.values() if len(group) > 1)


@settings(max_examples=15, deadline=None)
@given(keys=st.lists(st.integers(0, 12).map(lambda key: key * 0x1555555555555555), max_size=80), cut=st.integers(0, 80))
def test_groups_are_rows_of_equal_keys_in_memory_and_on_disk(
    keys: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("keys")
    band = np.array([keys, keys[::-1]], np.uint64)
    parts = [band[:, :cut], band[:, cut:]]
    paths = [folder / "0.npy", folder / "1.npy"]
    for path, part in zip(paths, parts, strict=True):
        np.save(path, part)
    with pytest.MonkeyPatch.context() as patch:
        for limit in (1 << 22, 0):
            patch.setattr(near_candidates, "_MEMORY_ROWS", limit)
            for number, wanted in enumerate([in_lists(keys), in_lists(keys[::-1])]):
                found = []
                for rows_G, starts_K in groups(paths, number, folder / "scratch"):
                    found += [part.tolist() for part in np.split(rows_G, starts_K[1:]) if len(part)]
                assert sorted(found) == wanted


def pairs_of(sizes: list[int]) -> list[tuple[int, int]]:
    starts = np.cumsum([0, *sizes])[:-1].astype(np.int64)
    rounds = pair_rounds(np.arange(sum(sizes)) * 10, starts)
    return [pair for first, second in rounds for pair in zip(first.tolist(), second.tolist(), strict=True)]


def test_small_groups_give_every_pair_once() -> None:
    sizes = [2, 16, 3, 9, 2]
    wanted = []
    for start, size in zip(np.cumsum([0, *sizes]).tolist(), sizes, strict=False):
        wanted += list(combinations([10 * (start + place) for place in range(size)], 2))
    assert sorted(pairs_of(sizes)) == wanted


def test_crowded_groups_give_a_bounded_number_of_pairs_that_connect_them() -> None:
    found = pairs_of([17, 400, 2])
    assert len(found) == len(set(found))
    assert all(first < second for first, second in found)
    assert len(found) < 16 * 419
    assert {(170, 170 + 10 * place) for place in range(1, 400)} <= set(found)
    assert (5000, 5010) not in found
    assert not [pair for pair in found if pair[0] < 170 <= pair[1]]


def test_no_group_gives_no_pair() -> None:
    assert pairs_of([]) == []


def test_the_folder_of_scratch_is_left_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_candidates, "_MEMORY_ROWS", 0)
    assert list(groups([np.array([[5, 5]], np.uint64)], 0, tmp_path / "scratch"))
    assert not list((tmp_path / "scratch").iterdir())
