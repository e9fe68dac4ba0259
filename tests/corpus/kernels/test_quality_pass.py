import numpy as np
import pyarrow as pa
import pytest

from leafout.corpus.kernels.quality import faults, measures
from leafout.corpus.kernels.quality_tables import PLACE
from leafout.text.quality import QualityRules

ZH = "这条河穿过山谷向北流去，两岸各有一座小镇。"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("字" * 100, "too_long"), (" " * 200, "too_short"), ("\u3000" * 90, "too_short"), ("a" * 50, "repeated_chars")],
)
def test_a_text_longer_than_the_limit_is_judged_by_its_length(text: str, reason: str) -> None:
    rules = QualityRules(max_chars=60)
    assert faults(pa.array([ZH, text, ZH]), ["zh"] * 3, rules) == [None, reason, None]


def test_no_measure_is_taken_after_a_broken_rule() -> None:
    rules = QualityRules(preset="gopher", min_chars=30)
    values_NM = measures(pa.array(["短", ZH * 5]), ["zh", "zh"], rules)
    assert values_NM[0, PLACE["chars"]] == 1
    assert np.isnan(values_NM[0, PLACE["words"]])
    assert values_NM[1, PLACE["duplicate_lines"]] == 0


def test_a_text_is_judged_the_same_wherever_it_stands() -> None:
    texts = [ZH, "Buy now! " * 60, ZH * 30, "", "an ordinary sentence of the kind that people write"]
    languages = ["zh", "en", "zh", "en", "en"]
    rules = QualityRules(preset="web", min_chars=1)
    together = measures(pa.array(texts), languages, rules)
    for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
        alone = measures(pa.array(["other", text]).slice(1), [language], rules)
        assert np.array_equal(alone[0], together[place], equal_nan=True)
