import numpy as np
import pytest

from leafout.tasks.masking import MaskRules, mask, mask_rules
from tiny_models import SPECIAL, tokenizer

SIZE = 1000
ORDINARY = np.arange(5, SIZE)


def rules(*, whole_words: bool = False, fraction: float = 0.15) -> MaskRules:
    """Ids 0 to 4 are special, 4 is [MASK]; ids from 500 on go on with a word."""
    is_ordinary_V = np.arange(SIZE) >= 5
    continues_V = np.arange(SIZE) >= 500 if whole_words else None
    return MaskRules(4, ORDINARY.astype(np.int32), is_ordinary_V, continues_V, fraction)


def stream(length: int = 40_000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, SIZE, length).astype(np.int32)


def test_the_right_share_is_guessed_and_the_targets_are_what_stood_there() -> None:
    ids_T = stream()
    found = mask(ids_T, rules(), np.random.default_rng(1))
    assert abs(len(found.places_K) / (ids_T >= 5).sum() - 0.15) < 0.01
    assert (found.targets_K == ids_T[found.places_K]).all()
    untouched = np.ones(len(ids_T), np.bool_)
    untouched[found.places_K] = False
    assert (found.ids_T[untouched] == ids_T[untouched]).all()


def test_of_the_guessed_eight_in_ten_are_masked_one_changed_and_one_kept() -> None:
    found = mask(stream(200_000), rules(), np.random.default_rng(1))
    now_K = found.ids_T[found.places_K]
    assert abs((now_K == 4).mean() - 0.8) < 0.01
    assert abs((now_K == found.targets_K).mean() - 0.1) < 0.01
    assert (now_K[now_K != 4] >= 5).all()


def test_special_tokens_are_never_touched() -> None:
    ids_T = stream()
    found = mask(ids_T, rules(fraction=1.0), np.random.default_rng(1))
    assert (found.places_K == np.flatnonzero(ids_T >= 5)).all()


def test_the_given_ids_stay_as_they_are() -> None:
    ids_T = stream(1000)
    before = ids_T.copy()
    mask(ids_T, rules(), np.random.default_rng(1))
    assert (ids_T == before).all()


def test_equal_generators_give_equal_masks() -> None:
    ids_T = stream(1000)
    one, same, other = (mask(ids_T, rules(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one.ids_T == same.ids_T).all()
    assert not (one.ids_T == other.ids_T).all()


@pytest.mark.parametrize("num_ids", [0, 1])
def test_short_streams_are_no_error(num_ids: int) -> None:
    found = mask(np.full(num_ids, 7, np.int32), rules(fraction=1.0), np.random.default_rng(1))
    assert len(found.places_K) == num_ids


def test_pieces_of_a_word_are_chosen_together() -> None:
    ids_T = stream()
    found = mask(ids_T, rules(whole_words=True), np.random.default_rng(1))
    chosen_T = np.zeros(len(ids_T), np.bool_)
    chosen_T[found.places_K] = True
    goes_on = np.flatnonzero((ids_T[1:] >= 500) & (ids_T[:-1] >= 5)) + 1
    assert (chosen_T[goes_on] == chosen_T[goes_on - 1]).all()
    assert abs(chosen_T.sum() / (ids_T >= 5).sum() - 0.15) < 0.015


def test_rules_of_a_tokenizer_leave_its_special_tokens_out() -> None:
    made = tokenizer()
    found = mask_rules(made, special_ids=range(len(SPECIAL)), mask_id=4, whole_words=False)
    assert found.ordinary_O.tolist() == list(range(5, made.get_vocab_size()))
    assert found.continues_V is None


def test_double_hashes_mark_pieces_that_go_on() -> None:
    made = tokenizer()
    made.add_tokens(["##ing", "##s"])
    found = mask_rules(made, special_ids=range(5), mask_id=4, whole_words=True)
    assert found.continues_V is not None
    assert [made.id_to_token(int(place)) for place in np.flatnonzero(found.continues_V)] == ["##ing", "##s"]
