import numpy as np

import tiny_models
from leafout.inference.packed_inputs import packed_inputs
from leafout.tasks.example import collate


def test_padding_and_unpadding_give_the_stream_back() -> None:
    batch = collate(tiny_models.examples((3, 1, 5)))
    fed = packed_inputs(batch)
    padded = batch.ids_T[fed["pad"]]
    assert padded.shape == fed["mask"].shape == (3, 5)
    assert np.array_equal(padded.ravel()[fed["unpad"]], batch.ids_T)
    assert np.array_equal(fed["mask"].sum(1), [3, 1, 5])
    assert np.array_equal(batch.ids_T[fed["first"]], padded[:, 0])


def test_places_without_a_token_point_into_the_stream() -> None:
    batch = collate(tiny_models.examples((1, 4)))
    pad = packed_inputs(batch)["pad"]
    assert pad.min() >= 0
    assert pad.max() < batch.num_tokens
    assert np.array_equal(pad[0], [0, 0, 0, 0])
