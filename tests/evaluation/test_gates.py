import math

import pytest

from leafout.core.errors import LeafoutError
from leafout.evaluation.gates import check_gates, read_gate

METRICS = {"accuracy": 0.9, "macro_f1": 0.873, "flip_rate": 0.0, "f1_好评": 0.5, "perplexity": 31.25}


@pytest.mark.parametrize(
    "gate", [">= 0.9", "<= 0.9", "== 0.9", "> 0.89", "< 0.91", ">=.9", "  >=  9e-1 ", ">= 90 %", "<= +1", "> -1"]
)
def test_a_gate_that_is_passed_says_nothing(gate: str) -> None:
    assert check_gates(METRICS, {"accuracy": gate}) == []


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (">= 0.95", "`accuracy` is 0.9, at least 0.95 is asked for"),
        ("<= 0.1", "`accuracy` is 0.9, at most 0.1 is asked for"),
        ("> 0.9", "`accuracy` is 0.9, more than 0.9 is asked for"),
        ("< 0.9", "`accuracy` is 0.9, less than 0.9 is asked for"),
        ("== 1", "`accuracy` is 0.9, exactly 1 is asked for"),
    ],
)
def test_a_gate_that_is_missed_says_both_numbers(gate: str, said: str) -> None:
    assert check_gates(METRICS, {"accuracy": gate}) == [said]


def test_every_missed_gate_is_told_in_order() -> None:
    gates = {"macro_f1": ">= 0.88", "accuracy": ">= 0.8", "f1_好评": ">= 0.6", "perplexity": "<= 30"}
    assert [sentence.split("`")[1] for sentence in check_gates(METRICS, gates)] == ["macro_f1", "f1_好评", "perplexity"]


def test_a_near_miss_shows_the_digits_that_matter() -> None:
    assert check_gates({"accuracy": 0.79999}, {"accuracy": ">= 0.8"}) == [
        "`accuracy` is 0.79999, at least 0.8 is asked for"
    ]


def test_an_unknown_figure_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(LeafoutError, match="names `macro_f`, which") as error:
        check_gates(METRICS, {"macro_f": ">= 0.5"})
    assert "`macro_f1`" in error.value.hint
    with pytest.raises(LeafoutError) as error:
        check_gates(METRICS, {"xyz": ">= 0.5"})
    assert "perplexity" in error.value.hint


@pytest.mark.parametrize(
    "gate",
    [
        "0.8",
        "=> 0.8",
        ">= ",
        ">= high",
        ">= nan",
        ">= inf",
        ">= 0.8 0.9",
        "> = 0.8",
        "",
        "!= 0",
        ">= 1e999",
        "≥ 0.8",
        ">= ８",
    ],
)
def test_a_malformed_gate_is_refused(gate: str) -> None:
    with pytest.raises(LeafoutError, match="the gate on `accuracy` is"):
        check_gates(METRICS, {"accuracy": gate})


@pytest.mark.parametrize("gate", [0.8, None, True, [">= 0.8"]])
def test_a_gate_that_is_no_text_is_refused(gate: object) -> None:
    with pytest.raises(LeafoutError, match="not a limit"):
        read_gate("accuracy", gate)


def test_a_figure_that_is_not_a_number_never_passes() -> None:
    with pytest.raises(LeafoutError, match="not a number"):
        check_gates({"accuracy": math.nan}, {"accuracy": "<= 1"})


def test_an_infinite_figure_misses_its_gate() -> None:
    assert check_gates({"perplexity": math.inf}, {"perplexity": "<= 100"}) == [
        "`perplexity` is inf, at most 100 is asked for"
    ]
