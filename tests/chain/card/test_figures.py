import numpy as np
import pyarrow as pa

from leafout.chain.card.figures import bars, columns, plain_bars, portion
from leafout.corpus.card_tally import Tally


def tally(names: list[str | None], most: int = 100) -> dict[str, object]:
    found = Tally(most)
    found.add(pa.array(names, pa.string()), np.ones(len(names), np.int64))
    return found.plain()


def test_names_stand_with_count_and_share_and_the_rest_together() -> None:
    names = ["中文"] * 50 + [f"n{n}" for n in range(14)] + [None] * 36
    made = bars("Languages", tally(names), documents=100)
    assert made is not None
    for word in ("中文", "50 · 50.0%", "5 others", "5 · 5.0%", "not said", "36 · 36.0%", "5 more"):
        assert word in made


def test_names_are_never_markup() -> None:
    made = bars("x", tally(["<script>alert(1)</script>"]), documents=1)
    assert made is not None
    assert "<script>" not in made


def test_documents_that_say_nothing_do_not_drown_the_others() -> None:
    made = bars("x", tally(["a"] + [None] * 99), documents=100)
    assert made is not None
    assert made.count("<rect") == 1
    assert "99 · 99.0%" in made


def test_a_tally_that_is_not_exact_says_so() -> None:
    made = bars("x", tally([f"n{n}" for n in range(50)], most=10), documents=50)
    assert made is not None
    assert "50 at least" in made


def test_nothing_is_no_figure() -> None:
    assert bars("x", tally([None]), documents=1) is None
    assert plain_bars("x", {"a": 0}, "places") is None
    assert columns("x", [("2020", 3)], said="years") is None


def test_a_share_is_never_shown_as_none_while_there_is_one() -> None:
    assert [portion(count, 10_000) for count in (0, 1, 5, 10_000)] == ["0.0%", "<0.1%", "0.1%", "100.0%"]


def test_columns_name_some_of_many() -> None:
    made = columns("Years", [(str(year), year % 7) for year in range(1990, 2024)], said="years")
    assert made is not None
    assert made.count("<rect") == 34
    assert 5 <= made.count('class="middle"') <= 8


def test_counts_beyond_the_first_ten_are_one_bar() -> None:
    made = plain_bars("Edits", {f"edit_{n}": n for n in range(1, 14)}, "edits")
    assert made is not None
    assert "3 others" in made
    assert "91 edits" in made
