import math
import re
from pathlib import Path

import pytest

from leafout.core.spec import parse_value
from leafout.text.quality import PRESETS, QualityRules
from leafout.text.quality_edit import EDITS
from leafout.text.quality_parts import Parts
from leafout.text.quality_table import CHINESE_PAIRS, FAMILIES, GROUPS, MEASURES, RULES, group_of


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


def shown(value: object) -> str:
    """A limit as the table shows it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{int(value):,}" if value >= 1 and value == int(value) else f"{value:g}"
    return "off"


def row(path: tuple[str, ...], source: str) -> str:
    """A line of the table: reason, meaning, thresholds and source of a field."""
    holder: object = QualityRules(preset="web")
    for name in path[:-1]:
        holder = getattr(holder, name)
    value, field = getattr(holder, path[-1]), type(holder).model_fields[path[-1]]  # type: ignore[attr-defined] # a config
    if path == ("c4", "line_ends"):
        value = QualityRules(preset="c4").c4.line_ends  # type: ignore[union-attr] # the preset has it
    zh, en = (value["zh"], value["en"]) if isinstance(value, dict) else (value, value)
    if path == ("max_top_bigram",):
        zh = value * CHINESE_PAIRS
    if path == ("c4", "bad_words"):
        zh = en = None
    rule = next((rule for rule in RULES if rule.path == path), None)
    reason, source = ("_".join(path), source) if rule is None else (rule.reason, rule.source)
    en_shown = "" if path[0] == "chinese" else shown(en)
    return f"| `{reason}` | {' '.join(field.description.split())} | {shown(zh)} | {en_shown} | {source} |"


def all_rows() -> list[str]:
    """Every rule, then every edit."""
    fields = [name for name in QualityRules.model_fields if any(rule.path == (name,) for rule in RULES)]
    rows = [row((name,), "leafout") for name in fields]
    for family, (config, source) in FAMILIES.items():
        names = [name for name in config.model_fields if name != "short_line_chars"]
        rows += [row((family, name), source) for name in names]
    return rows


def test_the_page_lists_every_rule_with_its_thresholds() -> None:
    page = (Path(__file__).parents[2] / "docs/concepts/quality-rules.md").read_text(encoding="utf-8")
    listed = [line for line in page.splitlines() if re.match(r"\| `[a-z_0-9]+` \|", line)]
    assert listed == all_rows()


def test_the_page_names_every_preset() -> None:
    page = (Path(__file__).parents[2] / "docs/concepts/quality-rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^- `([a-z0-9]+)`:", page, re.MULTILINE) == list(PRESETS)


def test_the_chain_file_on_the_page_can_be_used() -> None:
    page = (Path(__file__).parents[2] / "docs/concepts/quality-rules.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    rules = QualityRules.read(parse_value(block)["clean"]["quality"])
    assert rules.gopher is not None
    assert (rules.gopher.min_words["zh"], rules.gopher.max_hashes["en"]) == (60, None)
    assert rules.bad_words == ("viagra", "博彩")
