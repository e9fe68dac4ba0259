import numpy as np
import pytest

from leafout.maintenance.features import BUCKETS, features

TEXTS = ["这本书很好", "The room was bad", "", "a", "𠀀😀", "x" * 9000]


def test_a_row_does_not_depend_on_its_company() -> None:
    together = features(TEXTS)
    assert together.shape == (len(TEXTS), BUCKETS)
    for place, text in enumerate(TEXTS):
        np.testing.assert_array_equal(features([text])[0], together[place])


def test_rows_have_one_length_and_an_empty_text_has_none() -> None:
    lengths = np.linalg.norm(features(TEXTS).astype(float), axis=1)
    assert lengths[2] == 0
    np.testing.assert_allclose(np.delete(lengths, 2), 127, rtol=0.05)
    assert features([]).shape == (0, BUCKETS)


def test_windows_of_up_to_three_characters_are_counted() -> None:
    plain, turned = features(["abab", "baba"]).astype(float)
    assert 0.3 < plain @ turned / 127**2 < 0.98
    assert (features(["ab"])[0] != 0).sum() == 3
    assert (features(["abc"])[0] != 0).sum() == 6


@pytest.mark.parametrize(
    ("one", "alike", "other"),
    [
        ("这家酒店的房间很小，服务也不好", "酒店房间太小，服务很不好", "这部手机的屏幕很清楚，电池耐用"),
        ("the room was small and the staff were rude", "a small room and rude staff", "asyncio schedules coroutines"),
    ],
)
def test_likeness_follows_the_words(one: str, alike: str, other: str) -> None:
    first, second, third = features([one, alike, other]).astype(float)
    assert first @ second > 1.5 * abs(first @ third)


def test_case_makes_no_difference() -> None:
    np.testing.assert_array_equal(features(["ROOM"]), features(["room"]))
