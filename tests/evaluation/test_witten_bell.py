import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import pytest

from leafout.evaluation.witten_bell import MAX_CONTEXT, count

TRAIN = ["the room was good", "the book was bad", "这本书很好", "这本书很坏", "a", ""]
TEST = ["the book was good", "这本书不好", "x", "", "\U0001f600the"]
START, END = "\ue000", "\ue001"


def by_definition(train: Sequence[str], text: str, context: int) -> float:
    """The formula, character by character."""
    follow: dict[str, Counter[str]] = defaultdict(Counter)
    for other in train:
        whole = START * context + other + END
        for place in range(context, len(whole)):
            for length in range(context + 1):
                follow[whole[place - length : place]][whole[place]] += 1
    whole, nats = START * context + text + END, 0.0
    for place in range(context, len(whole)):
        probability = 1 / 0x110001
        for length in range(context + 1):
            seen = follow.get(whole[place - length : place])
            if seen:
                probability = (seen[whole[place]] + len(seen) * probability) / (seen.total() + len(seen))
        nats -= math.log(probability)
    return nats


@pytest.mark.parametrize("context", [0, 1, 3, 5])
def test_costs_are_those_of_the_formula(context: int) -> None:
    found = count(TRAIN, max_context=context).nats(TEST)[context]
    assert found.tolist() == pytest.approx([by_definition(TRAIN, text, context) for text in TEST])


def test_shorter_contexts_are_told_beside_the_longest() -> None:
    whole = count(TRAIN, max_context=4).nats(TEST)
    assert whole.shape == (5, len(TEST))
    for context in range(5):
        np.testing.assert_allclose(whole[context], count(TRAIN, max_context=context).nats(TEST)[context])


def test_no_text_is_impossible() -> None:
    nats = count(["好"]).nats(["z", "\ud800", "\U0010ffff" * 3])
    assert np.isfinite(nats).all()


def test_a_document_does_not_depend_on_its_neighbours() -> None:
    model = count(TRAIN)
    assert model.nats(TEST)[MAX_CONTEXT].tolist() == [float(model.nats([text])[MAX_CONTEXT][0]) for text in TEST]


def test_it_predicts_what_it_was_counted_on_better_than_other_text() -> None:
    model = count(["这本书很好" * 20, "the room was good " * 20])
    known, other = model.nats(["这本书很好", "第二天下雨"])[MAX_CONTEXT]
    assert known < other / 5


def test_nothing_counted_is_a_uniform_guess() -> None:
    assert count([]).nats(["好"])[0][0] == pytest.approx(2 * math.log(0x110001))
