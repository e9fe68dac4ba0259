from pathlib import Path

import numpy as np
import pytest

from leafout.corpus.kernels import jit
from leafout.corpus.kernels.kept_tables import Arrays, kept
from leafout.corpus.kernels.letters import _made_letters, letter_table
from leafout.corpus.kernels.quality_tables import _made_chars, char_table
from leafout.corpus.kernels.tidying import _kinds, _made_kinds
from leafout.corpus.kernels.unit_table import _made_folds, fold_table


class _Maker:
    """Counts how often a table is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Arrays:
        self.times += 1
        return np.arange(5, dtype=np.int32), np.ones((2, 3), np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(jit, "folder", lambda: tmp_path)
    return tmp_path


def test_a_table_is_made_once_and_read_as_it_was_made(folder: Path) -> None:
    maker = _Maker()
    made, read = kept("some", maker), kept("some", maker)
    assert maker.times == 1
    assert [(one.dtype, one.tolist()) for one in made] == [(one.dtype, one.tolist()) for one in read]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"PK\3\4 cut off", b"no table at all"])
def test_a_damaged_table_is_made_anew(folder: Path, damage: bytes) -> None:
    maker = _Maker()
    kept("some", maker)
    (path,) = folder.iterdir()
    path.write_bytes(damage)
    assert kept("some", maker)[0].tolist() == [0, 1, 2, 3, 4]
    kept("some", maker)
    assert maker.times == 2


def test_a_changed_byte_of_a_table_is_noticed(folder: Path) -> None:
    maker = _Maker()
    kept("some", maker)
    (path,) = folder.iterdir()
    whole = bytearray(path.read_bytes())
    whole[whole.index(np.arange(5, dtype=np.int32).tobytes()) + 4] ^= 1
    path.write_bytes(whole)
    assert kept("some", maker)[0].tolist() == [0, 1, 2, 3, 4]
    assert maker.times == 2


def test_tables_are_made_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = _Maker()
    for place in (None, tmp_path / "missing"):
        monkeypatch.setattr(jit, "folder", lambda place=place: place)
        assert kept("some", maker)[1].shape == (2, 3)
    assert maker.times == 2


def test_kept_tables_of_characters_are_those_that_are_made() -> None:
    pairs: tuple[tuple[Arrays, Arrays], ...] = (
        (char_table(), _made_chars()),
        ((letter_table(),), _made_letters()),
        ((_kinds(),), _made_kinds()),
        (fold_table(), _made_folds()),
    )
    for read, made in pairs:
        for one, other in zip(read, made, strict=True):
            assert one.dtype == other.dtype
            assert np.array_equal(one, other)
