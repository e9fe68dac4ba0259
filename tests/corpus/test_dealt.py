import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.dealt import Dealt, borders_of, decision, save


@settings(max_examples=50, deadline=None)
@given(places=st.lists(st.integers(0, 19)), pieces=st.integers(1, 4))
def test_each_part_gets_its_own_entries_counted_from_its_start(places: list[int], pieces: int) -> None:
    borders_P1 = borders_of([5, 0, 12, 3])
    with tempfile.TemporaryDirectory() as name:
        dealt = Dealt(Path(name), borders_P1)
        for some in np.array_split(np.array(places, np.int64), pieces):
            dealt.add(some)
        dealt.finish()
        got = [np.load(decision(Path(name), number))[:, 0].tolist() for number in range(4)]
        assert len(list(Path(name).iterdir())) == 4
    expected = [
        sorted(place - start for place in places if start <= place < end)
        for start, end in ((0, 5), (5, 5), (5, 17), (17, 20))
    ]
    assert got == expected


def test_entries_of_two_numbers_stay_together_and_an_earlier_run_leaves_nothing(tmp_path: Path) -> None:
    borders_P1 = borders_of([100, 100])
    Dealt(tmp_path, borders_P1, width=2).add(np.array([[3, 7]]))
    dealt = Dealt(tmp_path, borders_P1, width=2)
    dealt.add(np.array([[150, 160], [20, 40]]))
    dealt.add(np.array([[110, 120]]))
    dealt.finish()
    assert np.load(decision(tmp_path, 0)).tolist() == [[20, 40]]
    assert np.load(decision(tmp_path, 1)).tolist() == [[10, 20], [50, 60]]


def test_arrays_are_saved_whole(tmp_path: Path) -> None:
    save(tmp_path / "a.npz", {"keys": np.arange(3)})
    with np.load(tmp_path / "a.npz") as found:
        assert found["keys"].tolist() == [0, 1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
