from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.tokenization.alphabet import choose, count_characters, normalised


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.text(), max_size=3), max_size=3))
def test_every_character_is_counted(batches: list[list[str]]) -> None:
    whole = "".join(text for batch in batches for text in batch)
    assert count_characters(batches) == {character: whole.count(character) for character in sorted(set(whole))}


def test_counts_follow_the_normaliser_and_leave_white_space_out() -> None:
    assert normalised({"A": 2, "a": 1, " ": 9, "好": 3}, lambda c: f" {c.lower()} ") == {"a": 3, "好": 3}


def test_the_commonest_characters_are_taken_until_the_text_is_covered() -> None:
    found = choose({"的": 90, "了": 9, "饕": 1}, lambda _: 1, coverage=0.99, room=10)
    assert (found.characters, found.covered, found.needed) == (("了", "的"), 0.99, 2)


def test_room_is_an_upper_limit_and_what_would_be_needed_is_said() -> None:
    found = choose({"a": 50, "b": 30, "c": 20}, lambda _: 2, coverage=1.0, room=4)
    assert (found.characters, found.covered, found.needed) == (("a", "b"), 0.8, 6)


def test_ties_go_by_code_point() -> None:
    assert choose({"乙": 1, "甲": 1, "b": 1, "a": 1}, lambda _: 1, coverage=1.0, room=2).characters == ("a", "b")


def test_no_text_has_no_alphabet() -> None:
    assert choose({}, lambda _: 1, coverage=1.0, room=2).characters == ()
