import errno
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.key_groups import KeyGroups


def _found(groups: KeyGroups) -> list[list[int]]:
    found = []
    for rows_G, starts_K in groups.groups():
        found += [part.tolist() for part in np.split(rows_G, starts_K[1:])]
    return found


@settings(max_examples=50, deadline=None)
@given(
    keys=st.lists(st.integers(0, 20).map(lambda key: key * 0x0FFFFFFFFFFFFFF1 % 2**64), max_size=200),
    pieces=st.integers(1, 7),
)
def test_rows_of_a_shared_key_come_together_however_they_were_added(
    keys: list[int], pieces: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wanted: dict[int, list[int]] = {}
    for row, key in enumerate(keys):
        wanted.setdefault(key, []).append(row)
    groups = KeyGroups(tmp_path_factory.mktemp("groups"), partitions=4)
    all_keys = np.array(keys, np.uint64)
    for rows in np.array_split(np.arange(len(keys)), pieces):
        groups.add(all_keys[rows], rows)
    found = _found(groups)
    assert sorted(found) == sorted(rows for rows in wanted.values() if len(rows) > 1)
    assert all(rows == sorted(rows) for rows in found)


def test_the_number_of_files_changes_no_group(tmp_path: Path) -> None:
    keys = np.random.default_rng(3).integers(0, 2**64, 500, np.uint64)[np.random.default_rng(4).integers(0, 500, 2000)]
    found = []
    for partitions in (1, 2, 64):
        groups = KeyGroups(tmp_path / str(partitions), partitions=partitions)
        groups.add(keys, np.arange(len(keys)))
        found.append(_found(groups))
        groups.remove()
        assert not list((tmp_path / str(partitions)).iterdir())
    assert found[0] == found[1] == found[2]
    assert found[0]


def test_a_number_of_files_that_is_no_power_of_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="power of two, not 3"):
        KeyGroups(tmp_path, partitions=3)


def test_a_full_disk_is_told_with_its_number(tmp_path: Path) -> None:
    groups = KeyGroups(tmp_path, partitions=1)
    (tmp_path / "keys-0000.bin").symlink_to("/dev/full")
    groups.add(np.arange(10, dtype=np.uint64), np.arange(10))
    with pytest.raises(OSError, match="No space") as caught:
        list(groups.groups())
    assert caught.value.errno == errno.ENOSPC
