import numpy as np

from leafout.compression.linear import int8_columns


def test_columns_are_rounded_to_half_a_step_of_their_own_scale() -> None:
    weight = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32) * np.logspace(-3, 2, 8, dtype=np.float32)
    rounded, scales = int8_columns(weight)
    assert np.abs(rounded).max() == 127
    assert (np.abs(rounded * scales - weight) <= scales * 0.5001).all()


def test_a_column_of_zeros_stays_zero() -> None:
    rounded, scales = int8_columns(np.zeros((4, 2), np.float32))
    assert not rounded.any()
    assert (scales > 0).all()
