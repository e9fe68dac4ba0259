from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pytest

from leafout.tasks.causal import CausalBatch
from leafout.tasks.example import Batch, Int32, Int64, positions, starts
from leafout.tasks.mlm import MaskedBatch
from leafout.tasks.shares import rows_between, share_of


def streams(lengths: list[int]) -> list[Any]:
    lengths_B = np.array(lengths, np.int32)
    tokens = int(lengths_B.sum())
    stream: dict[str, Any] = {
        "ids_T": np.arange(tokens, dtype=np.int32),
        "positions_T": positions(lengths_B),
        "segments_T": np.zeros(tokens, np.int32),
        "starts_B1": starts(lengths_B),
    }
    places_K = np.flatnonzero(np.arange(tokens) % 3 == 1)
    return [
        Batch(**stream, labels_B=np.arange(len(lengths))),
        CausalBatch(**stream, targets_T=np.arange(tokens) + 1),
        MaskedBatch(**stream, places_K=places_K, targets_K=places_K * 10, next_B=np.arange(len(lengths))),
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_the_shares_of_any_number_of_processes_are_the_same_rows(kind: int, count: int) -> None:
    whole = streams([3, 1, 4, 1, 5, 9, 2, 6])[kind]
    shares = [share_of(whole, rank, count) for rank in range(count)]
    assert all(share.weight == 1 for share in shares)
    begins = np.cumsum([0, *(share.batch.num_tokens for share in shares)])
    for field in fields(whole):
        parts = [getattr(share.batch, field.name) for share in shares]
        if field.name == "starts_B1":
            parts = [np.diff(part) for part in parts]
            assert np.array_equal(np.concatenate(parts), np.diff(whole.starts_B1))
        elif field.name == "places_K":
            moved = [part + begin for part, begin in zip(parts, begins, strict=False)]
            assert np.array_equal(np.concatenate(moved), whole.places_K)
        else:
            assert np.array_equal(np.concatenate(parts), getattr(whole, field.name))


def test_shares_have_about_equally_many_tokens_and_a_row_each() -> None:
    even = streams([4] * 12)[0]
    assert [share_of(even, rank, 3).batch.num_tokens for rank in range(3)] == [16, 16, 16]
    for lengths in ([100, 1, 1], [1, 1, 100], [1, 100, 1]):
        assert [share_of(streams(lengths)[0], rank, 3).batch.num_rows for rank in range(3)] == [1, 1, 1]


def test_who_gets_no_row_keeps_company_with_a_row_that_does_not_count() -> None:
    whole = streams([5, 3])[2]
    shares = [share_of(whole, rank, 4) for rank in range(4)]
    assert [share.weight for share in shares] == [1, 1, 0, 0]
    assert [share.batch.num_tokens for share in shares] == [5, 3, 5, 5]


def test_rows_of_two_streams_stay_together() -> None:
    @dataclass(frozen=True)
    class Both:
        asked: Batch
        answered: CausalBatch

    both = Both(streams([4, 2, 6])[0], streams([1, 9, 1])[1])
    shares = [share_of(both, rank, 2).batch for rank in range(2)]
    assert [np.diff(share.asked.starts_B1).tolist() for share in shares] == [[4, 2], [6]]
    assert [np.diff(share.answered.starts_B1).tolist() for share in shares] == [[1, 9], [1]]
    assert np.array_equal(shares[1].answered.ids_T, both.answered.ids_T[10:])


def test_a_field_without_a_shape_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd:
        starts_B1: Int32
        ids_T: Int32
        secret: Int64

    odd = Odd(starts(np.array([2])), np.zeros(2, np.int32), np.zeros(1, np.int64))
    with pytest.raises(TypeError, match=r"`secret` of Odd does not tell its shape"):
        rows_between(odd, 0, 1)
