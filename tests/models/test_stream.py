import numpy as np
import torch

import tiny_models
from leafout.models.stream import Stream
from leafout.tasks.example import collate


def test_rows_of_different_lengths_know_their_padded_places() -> None:
    batch = collate(tiny_models.examples((3, 1, 5)))
    stream = Stream.of(batch)
    assert (stream.num_rows, stream.max_tokens) == (3, 5)
    assert stream.starts_B.tolist() == [0, 3, 4]
    assert stream.pad_BS is not None
    assert stream.unpad_T is not None
    assert stream.mask_B11S is not None
    assert torch.equal(stream.ids_T[stream.pad_BS][stream.unpad_T], stream.ids_T)
    assert stream.mask_B11S.shape == (3, 1, 1, 5)
    assert stream.mask_B11S.sum((1, 2, 3)).tolist() == [3, 1, 5]
    assert np.array_equal(stream.segments_T.numpy(), batch.segments_T)


def test_rows_of_one_length_are_their_own_padded_form() -> None:
    stream = Stream.of(collate(tiny_models.examples((4, 4))))
    assert stream.pad_BS is None
    assert stream.unpad_T is None
    assert stream.mask_B11S is None
    assert stream.positions_T.tolist() == [0, 1, 2, 3] * 2
