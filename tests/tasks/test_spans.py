import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.tasks.example import TokenStream, bucketed_order
from leafout.tasks.spans import CorruptedSpans, SpanBatch, SpanRules, corrupt
from tasks.toy_shards import random_shards, shards_of

END, FIRST = 3, 1_000_000
RULES = SpanRules(np.arange(FIRST, FIRST - 100, -1), END)
SHARDS = random_shards(80)


def dataset(seed: int = 1) -> CorruptedSpans:
    return CorruptedSpans(SHARDS, RULES, max_tokens=48, seed=seed)


def rows_of(side: TokenStream) -> list[list[int]]:
    return [part.tolist() for part in np.split(side.ids_T, side.starts_B1[1:-1])]


def restored(inputs: list[int], targets: list[int]) -> list[int]:
    """The text: each mark of one side replaced by what stands behind it on the other."""
    spans: dict[int, list[int]] = {}
    for token in targets[:-1]:
        if token > FIRST - 100:
            spans[token] = mark = []
        else:
            mark.append(token)
    return [token for mark in inputs[:-1] for token in spans.get(mark, [mark])]


def equal(one: SpanBatch, other: SpanBatch) -> bool:
    return all(np.array_equal(getattr(one, side).ids_T, getattr(other, side).ids_T) for side in ("inputs", "targets"))


@settings(max_examples=60, deadline=None)
@given(lengths=st.lists(st.integers(2, 60), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_both_sides_together_are_the_text(lengths: list[int], seed: int) -> None:
    lengths_B = np.array(lengths, np.int64)
    text_T = np.arange(10, 10 + lengths_B.sum(), dtype=np.int32)
    batch = corrupt(text_T, lengths_B, RULES, np.random.default_rng(seed))
    sides = zip(rows_of(batch.inputs), rows_of(batch.targets), strict=True)
    found = [restored(inputs, targets) for inputs, targets in sides]
    assert found == [part.tolist() for part in np.split(text_T, np.cumsum(lengths_B)[:-1])]
    noise_B, spans_B = RULES.counts(lengths_B)
    assert np.diff(batch.inputs.starts_B1).tolist() == (lengths_B - noise_B + spans_B + 1).tolist()
    assert np.diff(batch.targets.starts_B1).tolist() == (noise_B + spans_B + 1).tolist()
    for inputs, targets in zip(rows_of(batch.inputs), rows_of(batch.targets), strict=True):
        assert inputs[-1] == targets[-1] == END
        assert inputs[0] < FIRST - 100 < targets[0]
        marks = [token for token in targets if token > FIRST - 100]
        assert marks == [token for token in inputs if token > FIRST - 100]
        assert marks == list(range(FIRST, FIRST - len(marks), -1))


def test_a_text_of_568_tokens_has_sides_of_512_and_114() -> None:
    """The figures of the authors' code for inputs of 512 tokens."""
    assert RULES.longest(512) == 568
    batch = corrupt(np.arange(568, dtype=np.int32) + 10, np.array([568]), RULES, np.random.default_rng(0))
    assert (len(batch.inputs.ids_T), len(batch.targets.ids_T)) == (512, 114)


def test_spans_lie_anywhere_with_all_lengths() -> None:
    lengths_B = np.full(2000, 20)
    text_T = np.tile(np.arange(10, 30, dtype=np.int32), 2000)
    rules = SpanRules(RULES.sentinels_X, END, fraction=0.3, mean_span=2.0)
    batch = corrupt(text_T, lengths_B, rules, np.random.default_rng(0))
    taken = batch.targets.ids_T[(batch.targets.ids_T >= 10) & (batch.targets.ids_T < 30)] - 10
    shares = np.bincount(taken, minlength=20) / 2000
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares[1:-1].min() > 0.1
    firsts = np.flatnonzero(batch.targets.ids_T > FIRST - 100)
    spans = np.diff(firsts) - 1
    assert set(spans[spans < 5].tolist()) == {1, 2, 3, 4}


def test_lengths_are_those_of_the_batches() -> None:
    data = dataset()
    lengths_N = data.lengths(2)
    for rows_B in bucketed_order(lengths_N, batch_tokens=256, seed=1, epoch=2):
        batch = data.batch(rows_B, epoch=2, key=(0,))
        both_B = np.diff(batch.inputs.starts_B1) + np.diff(batch.targets.starts_B1)
        assert both_B.tolist() == lengths_N[rows_B].tolist()
        assert batch.num_tokens == lengths_N[rows_B].sum()
        assert max(batch.inputs.max_tokens, batch.targets.max_tokens) <= 48


def test_each_token_is_read_once_an_epoch() -> None:
    data = dataset()
    batch = data.batch(np.arange(len(data.lengths(1))), epoch=1, key=(0, 0))
    seen = np.concatenate([batch.inputs.ids_T, batch.targets.ids_T])
    text = np.sort(seen[(seen >= 10) & (seen < FIRST - 100)])
    assert len(np.unique(text)) == len(text)
    assert len(SHARDS.ids) - len(text) < 20  # pieces of one token


def test_spans_depend_on_seed_epoch_and_key_alone() -> None:
    rows_B = np.arange(20)
    wanted = dataset().batch(rows_B, epoch=1, key=(3, 0))
    data = dataset()
    data.batch(rows_B, epoch=0, key=(9,))
    assert equal(data.batch(rows_B, epoch=1, key=(3, 0)), wanted)
    assert not equal(dataset().batch(rows_B, epoch=1, key=(4, 0)), wanted)
    assert not equal(dataset(seed=2).batch(rows_B, epoch=1, key=(3, 0)), wanted)


@pytest.mark.parametrize("documents", [[], [[[5]]]])
def test_next_to_nothing_is_no_error(documents: list[list[list[int]]]) -> None:
    data = CorruptedSpans(shards_of(documents), RULES, max_tokens=16, seed=1)
    assert data.lengths(0).tolist() == []
    assert data.batch(np.zeros(0, np.int64), epoch=0, key=(0,)).num_tokens == 0
