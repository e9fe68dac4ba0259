import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.tasks.pairs import Pairs, SentenceTask, pairs_of
from leafout.tokenization.shards import TokenShards
from tasks.toy_shards import random_shards, shards_of

DOCUMENTS = st.lists(st.lists(st.lists(st.just(1), min_size=1, max_size=12), min_size=1, max_size=6), max_size=6)


def documents_of(shards: TokenShards, starts_N: np.ndarray) -> np.ndarray:
    """The document of each place in ids."""
    return np.searchsorted(shards.sentences[shards.documents], starts_N, side="right") - 1


def equal(one: Pairs, other: Pairs) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Pairs.__slots__)


@settings(max_examples=40, deadline=None)
@given(documents=DOCUMENTS, max_tokens=st.integers(5, 24), seed=st.integers(0, 9), epoch=st.integers(0, 3))
def test_every_example_fits_and_each_segment_is_of_one_document(
    documents: list[list[list[int]]], max_tokens: int, seed: int, epoch: int
) -> None:
    shards = shards_of(documents)
    pairs = pairs_of(shards, max_tokens=max_tokens, seed=seed, epoch=epoch)
    assert (pairs.lengths_N <= max_tokens).all()
    assert (pairs.first_lengths_N > 0).all()
    assert (pairs.second_lengths_N >= 0).all()
    assert ((pairs.second_lengths_N > 0) == (pairs.next_N >= 0)).all()
    first_N = documents_of(shards, pairs.firsts_N)
    assert (first_N == documents_of(shards, pairs.firsts_N + pairs.first_lengths_N - 1)).all()
    has = pairs.second_lengths_N > 0
    second_N = documents_of(shards, pairs.seconds_N[has])
    ends_N = pairs.seconds_N[has] + pairs.second_lengths_N[has]
    assert (second_N == documents_of(shards, ends_N - 1)).all()
    assert (ends_N <= len(shards.ids)).all()
    assert ((second_N != first_N[has]) == (pairs.next_N[has] == 1)).all()


def test_a_second_that_follows_begins_where_the_first_ends() -> None:
    shards = random_shards(300)
    pairs = pairs_of(shards, max_tokens=64, seed=1, epoch=0)
    follows = pairs.next_N == 0
    assert follows.sum() > 100
    assert (pairs.seconds_N[follows] == (pairs.firsts_N + pairs.first_lengths_N)[follows]).all()


def test_segments_end_where_sentences_end() -> None:
    shards = random_shards(300)
    pairs = pairs_of(shards, max_tokens=64, seed=1, epoch=0)
    ends_N = (pairs.seconds_N + pairs.second_lengths_N)[pairs.second_lengths_N > 0]
    assert np.isin(ends_N, shards.sentences).all()
    assert np.isin(pairs.firsts_N + pairs.first_lengths_N, shards.sentences).all()


def test_no_token_of_the_text_is_lost() -> None:
    shards = random_shards(200, longest=20)
    pairs = pairs_of(shards, max_tokens=64, seed=1, epoch=0)
    seen = np.zeros(len(shards.ids), np.int64)
    for start, length in zip(pairs.firsts_N, pairs.first_lengths_N, strict=True):
        seen[start : start + length] += 1
    follows = pairs.next_N == 0
    for start, length in zip(pairs.seconds_N[follows], pairs.second_lengths_N[follows], strict=True):
        seen[start : start + length] += 1
    assert (seen == 1).all()


def test_about_half_of_the_pairs_do_not_follow() -> None:
    pairs = pairs_of(random_shards(2000), max_tokens=64, seed=1, epoch=0)
    paired_N = pairs.next_N[pairs.next_N >= 0]
    assert len(paired_N) > 2000
    assert 0.45 < paired_N.mean() < 0.55


@pytest.mark.parametrize(("task", "limit"), [("next", 0.2), ("order", 0.1)])
def test_no_length_says_much_about_which_pairs_follow(task: SentenceTask, limit: float) -> None:
    pairs = pairs_of(random_shards(1000, longest=20, sentences=60), max_tokens=96, seed=1, epoch=0, task=task)
    has = pairs.next_N >= 0
    for lengths_N in (pairs.first_lengths_N[has], pairs.second_lengths_N[has], pairs.lengths_N[has]):
        assert abs(np.corrcoef(lengths_N, pairs.next_N[has])[0, 1]) < limit


def test_examples_fill_the_room_but_for_some_short_ones() -> None:
    shards = random_shards(500, longest=10, sentences=60)
    long = pairs_of(shards, max_tokens=64, seed=1, epoch=0, short_fraction=0)
    short = pairs_of(shards, max_tokens=64, seed=1, epoch=0, short_fraction=0.5)
    assert np.median(long.lengths_N) > 50
    assert (short.lengths_N < 32).mean() > 2 * (long.lengths_N < 32).mean()


def test_examples_depend_on_seed_and_epoch_alone() -> None:
    shards = random_shards(100)
    wanted = pairs_of(shards, max_tokens=64, seed=1, epoch=2)
    assert equal(wanted, pairs_of(shards, max_tokens=64, seed=1, epoch=2))
    assert not equal(wanted, pairs_of(shards, max_tokens=64, seed=1, epoch=3))
    assert not equal(wanted, pairs_of(shards, max_tokens=64, seed=2, epoch=2))


def test_one_document_has_only_pairs_that_follow() -> None:
    pairs = pairs_of(random_shards(1, sentences=50), max_tokens=64, seed=3, epoch=0)
    assert len(pairs.next_N) > 0
    assert not (pairs.next_N == 1).any()


def test_a_sentence_over_the_limit_is_alone_and_cut() -> None:
    pairs = pairs_of(shards_of([[list(range(100))]]), max_tokens=16, seed=1, epoch=0)
    assert pairs.lengths_N.tolist() == [16]
    assert pairs.next_N.tolist() == [-1]
    starts = {int(pairs_of(shards_of([[[1] * 100]]), max_tokens=16, seed=1, epoch=e).firsts_N[0]) for e in range(20)}
    assert len(starts) > 5


def test_pairs_to_be_put_in_order_are_neighbours_and_half_are_swapped() -> None:
    shards = random_shards(1000)
    pairs = pairs_of(shards, max_tokens=64, seed=1, epoch=0, task="order")
    kept, swapped = pairs.next_N == 0, pairs.next_N == 1
    assert 0.45 < swapped.sum() / (kept | swapped).sum() < 0.55
    assert (pairs.seconds_N[kept] == (pairs.firsts_N + pairs.first_lengths_N)[kept]).all()
    assert (pairs.firsts_N[swapped] == (pairs.seconds_N + pairs.second_lengths_N)[swapped]).all()
    second_N = documents_of(shards, pairs.seconds_N[swapped])
    assert (documents_of(shards, pairs.firsts_N[swapped]) == second_N).all()
    seen = np.zeros(len(shards.ids), np.int64)
    for starts_N, lengths_N in (
        (pairs.firsts_N, pairs.first_lengths_N),
        (pairs.seconds_N, pairs.second_lengths_N),
    ):
        for start, length in zip(starts_N, lengths_N, strict=True):
            seen[start : start + length] += 1
    assert seen[pairs.firsts_N].min() == 1
    assert seen.max() == 1


def test_without_pairs_every_chunk_is_one_segment_of_one_document() -> None:
    shards = random_shards(300)
    whole = pairs_of(shards, max_tokens=64, seed=1, epoch=0, task="none")
    assert (whole.next_N == -1).all()
    assert not whole.second_lengths_N.any()
    assert (whole.lengths_N <= 64).all()
    assert whole.first_lengths_N.sum() == len(shards.ids)
    first_N = documents_of(shards, whole.firsts_N)
    assert (first_N == documents_of(shards, whole.firsts_N + whole.first_lengths_N - 1)).all()


def test_swaps_depend_on_seed_and_epoch_alone() -> None:
    shards = random_shards(100)
    wanted = pairs_of(shards, max_tokens=64, seed=1, epoch=2, task="order")
    assert equal(wanted, pairs_of(shards, max_tokens=64, seed=1, epoch=2, task="order"))
    assert not equal(wanted, pairs_of(shards, max_tokens=64, seed=1, epoch=3, task="order"))
    assert not equal(wanted, pairs_of(shards, max_tokens=64, seed=1, epoch=2))


@pytest.mark.parametrize("documents", [[], [[[5]]]])
def test_next_to_nothing_is_no_error(documents: list[list[list[int]]]) -> None:
    pairs = pairs_of(shards_of(documents), max_tokens=16, seed=1, epoch=0)
    assert len(pairs.firsts_N) == len(documents)
