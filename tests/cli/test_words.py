import pytest

from leafout.cli.words import duration, figure, figures, roughly, size


@pytest.mark.parametrize(
    ("value", "text"),
    [(2651.0, "2651"), (0.57612, "0.5761"), (1e-7, "1e-07"), ("词", "词"), (float("1e300"), "1e+300")],
)
def test_figures_keep_four_digits_that_matter(value: float | str, text: str) -> None:
    assert figure(value) == text


def test_the_first_figures_of_many_are_shown() -> None:
    assert figures({"a": 1, "b": 0.5}) == "a 1  b 0.5"
    assert figures({str(n): n for n in range(9)}, most=2) == "0 0  1 1  and 7 more"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.021, "0.02 s"), (41.2, "41 s"), (200, "3 min 20 s"), (1260, "21 min"), (7500, "2 h 5 min"), (59.7, "1 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_guesses_are_whole_seconds() -> None:
    assert (roughly(0.01), roughly(2.6), roughly(75)) == ("1 s", "3 s", "1 min 15 s")


@pytest.mark.parametrize(
    ("num", "text"), [(0, "0 B"), (999, "999 B"), (12_345, "12.3 KB"), (3e8, "300 MB"), (2e9, "2 GB")]
)
def test_sizes(num: float, text: str) -> None:
    assert size(num) == text
