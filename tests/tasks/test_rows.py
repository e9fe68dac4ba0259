import numpy as np

from leafout.tasks.example import collate
from leafout.tasks.rows import Rows
from tiny_models import examples


def test_a_batch_is_what_collating_its_rows_gives() -> None:
    made = examples((5, 1, 9, 3))
    rows_B = np.array([2, 0, 3])
    batch = Rows(made).batch(rows_B, epoch=4, key=(1,))
    wanted = collate([made[row] for row in rows_B])
    for name in ("ids_T", "positions_T", "segments_T", "starts_B1", "labels_B"):
        assert getattr(batch, name).tolist() == getattr(wanted, name).tolist()
        assert getattr(batch, name).dtype == getattr(wanted, name).dtype


def test_lengths_are_the_same_in_each_epoch() -> None:
    rows = Rows(examples((5, 1, 9)))
    assert rows.lengths(0).tolist() == rows.lengths(7).tolist() == [5, 1, 9]


def test_no_rows_make_an_empty_batch() -> None:
    batch = Rows([]).batch(np.zeros(0, np.int64), epoch=0, key=())
    assert (batch.num_rows, batch.num_tokens) == (0, 0)
