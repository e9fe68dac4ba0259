from typing import Any

import pytest

from leafout.evaluation.words import classifier_words, generator_words


def bounds(value: float, spread: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - spread, "high": value + spread}


def exam(**values: Any) -> dict[str, Any]:
    return {
        "num_rows": 1000,
        "labels": ["好", "差"],
        "macro_f1": bounds(0.873),
        "accuracy": bounds(0.88),
        "ece": 0.05,
        "reliability": [{"rows": 1000, "confidence": 0.93, "accuracy": 0.88}],
        "per_label": [
            {"label": "好", "f1": bounds(0.9), "rows": 600},
            {"label": "差", "f1": bounds(0.84), "rows": 400},
        ],
        "confusion": [[560, 40], [80, 320]],
        "languages": {},
        "left_out": {"without_label": 0, "unknown_labels": {}},
        **values,
    }


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        ({"value": 0.012, "low": 0.003, "high": 0.027}, "the release is better by +0.012 (+0.003 to +0.027)"),
        ({"value": 0.012, "low": -0.003, "high": 0.027}, "the difference of +0.012 (-0.003 to +0.027) may be chance"),
        ({"value": -0.05, "low": -0.07, "high": -0.03}, "the release is WORSE by -0.050 (-0.070 to -0.030)"),
    ],
)
def test_the_floor_is_spoken_of_as_plainly_when_it_wins(gain: dict[str, float], said: str) -> None:
    lines = classifier_words(exam(floor={"macro_f1": bounds(0.861)}, gain_over_floor=gain))
    assert lines[0] == (
        "macro F1 is 0.873 (95 % 0.863 to 0.883) and accuracy 0.880 (95 % 0.870 to 0.890) on 1000 locked test rows"
    )
    assert lines[1].startswith("a linear model on n-grams reaches macro F1 0.861 on the same rows; ")
    assert said in lines[1]


def test_the_hardest_label_is_named_with_what_it_is_taken_for() -> None:
    assert any(
        "`差` is the hardest label" in line and "taken for `好` 80 times" in line for line in classifier_words(exam())
    )


def test_confidence_is_judged() -> None:
    assert "its confidence is off by 0.050 on average, mostly too sure" in classifier_words(exam())
    modest = exam(reliability=[{"rows": 1000, "confidence": 0.8, "accuracy": 0.88}])
    assert "its confidence is off by 0.050 on average, mostly too modest" in classifier_words(modest)
    assert any("taken at its word" in line for line in classifier_words(exam(ece=0.01)))


def test_languages_abstention_and_cut_rows_are_told() -> None:
    lines = classifier_words(
        exam(
            languages={"zh": {"macro_f1": bounds(0.9), "rows": 700}, "en": {"macro_f1": bounds(0.8), "rows": 300}},
            abstention={"abstained_fraction": 0.125, "selective_accuracy": 0.95},
            full_fraction=0.2,
        )
    )
    assert any(line.startswith("macro F1 by language: zh 0.900") for line in lines)
    assert "it abstains from 12.5% of the rows and is right on 95.0% of the rest (88.0% of all)" in lines
    assert any(line.startswith("20.0% of the rows fill the release's longest input") for line in lines)


def test_what_was_left_out_and_few_rows_are_told() -> None:
    left = {"without_label": 2, "unknown_labels": {"中": 5, "neutral": 1}}
    lines = classifier_words(exam(num_rows=40, left_out=left))
    assert "40 test rows are few: the intervals say how little is known" in lines
    assert "6 rows have a label that the release does not know (`中`, `neutral`) and were left out" in lines
    assert "2 rows have no label and were left out" in lines
    assert not any("left out" in line or "few" in line for line in classifier_words(exam()))


def test_a_generator_is_spoken_of_in_bits() -> None:
    floor = {"order": 4, "bits_per_byte": bounds(2.1), "num_train_chars": 500, "num_chars_read": 900}
    gain = {"value": 0.4, "low": 0.3, "high": 0.5}
    found = {"num_rows": 500, "num_tokens": 9000, "bits_per_byte": bounds(1.7), "perplexity": bounds(31.0)}
    lines = generator_words(found | {"floor": floor, "gain_over_floor": gain})
    assert lines[0].startswith("it takes 1.700 (95 % 1.690 to 1.710) bits for each byte of 500 locked test documents")
    assert "a model of 4-grams of characters takes 2.100 bits on the same documents; the release is better" in lines[1]
    assert "500 of 900 training characters" in lines[2]
    assert len(generator_words(found)) == 1
