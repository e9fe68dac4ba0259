import math

import pytest

from leafout.text.quality import PRESETS, QualityRules
from leafout.text.quality_edit import EDITS
from leafout.text.quality_parts import Parts
from leafout.text.quality_table import GROUPS, MEASURES, RULES, group_of


def test_every_bound_of_the_config_is_one_rule_or_one_edit() -> None:
    rules = QualityRules(preset="web")
    fields: set[tuple[str, ...]] = {
        (name,) for name in QualityRules.model_fields if name.startswith(("min_", "max_")) or name == "filler"
    }
    for family in ("gopher", "repetition", "c4", "fineweb", "chinese"):
        fields |= {(family, name) for name in type(getattr(rules, family)).model_fields}
    edits = {("c4", name.removeprefix("c4_")) for name in EDITS}
    assert sorted([rule.path for rule in RULES] + list(edits)) == sorted(fields - {("fineweb", "short_line_chars")})


def test_reasons_are_different_and_come_in_the_order_of_their_groups() -> None:
    assert len({rule.reason for rule in RULES}) == len(RULES)
    groups = [group_of(rule.measure) for rule in RULES]
    assert groups == sorted(groups)
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(MEASURES)


@pytest.mark.parametrize("text", ["", " ", "a", "。", "\n\n", "你好"])
def test_measures_of_next_to_nothing_are_numbers(text: str) -> None:
    for name, measure in MEASURES.items():
        value = measure(Parts(text))
        assert isinstance(value, float), name
        assert math.isfinite(value)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_config_and_more_is_on_than_before(preset: str) -> None:
    rules = QualityRules.read({"preset": preset})
    on = {limit.rule.reason for limit in rules.limits["zh"]}
    assert (len(on) > 5) is (preset != "none")
    assert QualityRules.read(rules.plain()) == rules
