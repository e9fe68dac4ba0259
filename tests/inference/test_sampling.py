import numpy as np
import pytest

from leafout.core.errors import LeafoutError
from leafout.inference.sampling import Sampling, choose, random_of

LOGITS = np.log(np.array([[0.1, 0.4, 0.05, 0.3, 0.15]], np.float32))


def drawn(sampling: Sampling, count: int = 2000) -> np.ndarray:
    random = random_of(1)
    found = [int(choose(LOGITS, sampling, [random])[0]) for _ in range(count)]
    return np.bincount(found, minlength=5) / count


def test_temperature_nought_takes_the_likeliest() -> None:
    assert choose(LOGITS, Sampling(temperature=0), [random_of(0)]).tolist() == [1]


def test_draws_follow_the_probabilities() -> None:
    assert np.abs(drawn(Sampling()) - np.exp(LOGITS[0])).max() < 0.04


def test_a_low_temperature_sharpens() -> None:
    wanted = np.exp(LOGITS[0] / 0.5)
    assert np.abs(drawn(Sampling(temperature=0.5)) - wanted / wanted.sum()).max() < 0.04


def test_top_k_keeps_the_k_likeliest() -> None:
    assert np.flatnonzero(drawn(Sampling(top_k=2))).tolist() == [1, 3]
    assert np.flatnonzero(drawn(Sampling(top_k=1))).tolist() == [1]


def test_top_p_keeps_the_fewest_that_make_it_up() -> None:
    assert np.flatnonzero(drawn(Sampling(top_p=0.69))).tolist() == [1, 3]
    assert np.flatnonzero(drawn(Sampling(top_p=0.71))).tolist() == [1, 3, 4]
    assert np.flatnonzero(drawn(Sampling(top_p=1e-9))).tolist() == [1]


def test_equal_seeds_draw_alike_whatever_else_is_in_the_batch() -> None:
    more = np.concatenate([LOGITS, LOGITS * 0.5])
    alone, beside = random_of(9), [random_of(9), random_of(3)]
    for _ in range(20):
        assert choose(LOGITS, Sampling(), [alone])[0] == choose(more, Sampling(), beside)[0]


@pytest.mark.parametrize(
    "values", [{"temperature": -1}, {"temperature": float("nan")}, {"top_k": -1}, {"top_p": 0.0}, {"top_p": 1.5}]
)
def test_knobs_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(LeafoutError, match=next(iter(values))):
        Sampling(**values)  # type: ignore[arg-type]  # top_k is given whole
