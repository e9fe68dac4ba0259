from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.tasks.causal import Documents, pieces_of
from tasks.toy_shards import random_shards, shards_of

START, END = 1, 2


@settings(max_examples=40, deadline=None)
@given(lengths=st.lists(st.integers(1, 50), max_size=20), max_tokens=st.integers(1, 16), epoch=st.integers(0, 3))
def test_pieces_lie_end_to_end_and_cover_each_document(lengths: list[int], max_tokens: int, epoch: int) -> None:
    pieces = pieces_of(np.array(lengths, np.int64), max_tokens=max_tokens, seed=1, epoch=epoch)
    assert ((pieces.lengths_N >= 1) & (pieces.lengths_N <= max_tokens)).all()
    for document, length in enumerate(lengths):
        own = pieces.documents_N == document
        ends = np.cumsum(pieces.lengths_N[own])
        assert pieces.offsets_N[own].tolist() == [0, *ends[:-1].tolist()]
        assert ends[-1] == length


def test_long_documents_are_cut_elsewhere_in_each_epoch_and_short_ones_never() -> None:
    lengths_D = np.array([100, 5])
    heads = {int(pieces_of(lengths_D, max_tokens=16, seed=1, epoch=epoch).lengths_N[0]) for epoch in range(20)}
    assert len(heads) > 5
    assert all((pieces_of(lengths_D, max_tokens=16, seed=1, epoch=e).documents_N == 1).sum() == 1 for e in range(20))


def test_a_document_is_start_text_end_and_targets_are_the_next_tokens() -> None:
    data = Documents(shards_of([[[5, 6], [7]], [[8]]]), start_id=START, end_id=END, max_tokens=8, seed=1)
    batch = data.batch(np.array([1, 0]), epoch=0, key=(0,))
    assert batch.ids_T.tolist() == [START, 8, START, 5, 6, 7]
    assert batch.targets_T.tolist() == [8, END, 5, 6, 7, END]
    assert batch.positions_T.tolist() == [0, 1, 0, 1, 2, 3]
    assert batch.starts_B1.tolist() == [0, 2, 6]
    assert not batch.segments_T.any()
    assert (batch.num_tokens, batch.max_tokens) == (6, 4)


@pytest.mark.parametrize("epoch", [0, 1])
def test_the_pieces_of_an_epoch_are_all_documents(epoch: int) -> None:
    shards = random_shards(40)
    data = Documents(shards, start_id=START, end_id=END, max_tokens=32, seed=1)
    batch = data.batch(np.arange(len(data.lengths(epoch))), epoch=epoch, key=(0,))
    bounds = shards.sentences[shards.documents]
    wanted = [[START, *shards.ids[a:b].tolist(), END] for a, b in pairwise(bounds)]
    assert batch.ids_T.tolist() == [token for document in wanted for token in document[:-1]]
    assert batch.targets_T.tolist() == [token for document in wanted for token in document[1:]]


def test_lengths_are_those_of_the_batches_and_the_index_follows_the_epoch() -> None:
    data = Documents(random_shards(40), start_id=START, end_id=END, max_tokens=32, seed=1)
    first = data.lengths(0)
    assert data.lengths(1).tolist() != first.tolist()
    rows_B = np.array([4, 0, 9])
    assert np.diff(data.batch(rows_B, epoch=0, key=(0,)).starts_B1).tolist() == first[rows_B].tolist()


def test_no_documents_have_no_pieces() -> None:
    data = Documents(shards_of([]), start_id=START, end_id=END, max_tokens=8, seed=1)
    assert len(data.lengths(0)) == 0
    batch = data.batch(np.zeros(0, np.int64), epoch=0, key=(0,))
    assert (batch.num_tokens, batch.max_tokens) == (0, 0)
