from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.cleaning.rules import CleanRules


def test_files_that_rules_name_are_outside_inputs(tmp_path: Path) -> None:
    (tmp_path / "坏词.txt").write_text("坏\n", encoding="utf-8")
    (tmp_path / "good.txt").write_text("春眠不觉晓\n", encoding="utf-8")
    rules = CleanRules.read({"words": "坏词.txt", "quality": {"like": "good.txt"}})
    found = rules.outside(tmp_path)
    assert sorted(path.name for path in found.values()) == ["good.txt", "坏词.txt"]
    assert {name.partition("/")[0] for name in found} == {"words", "like"}
    assert CleanRules().outside(tmp_path) == {}


def test_likeness_is_a_rule_of_quality_beside_the_others() -> None:
    quality = CleanRules.read({"quality": {"like": "good/*.txt", "preset": "gopher"}}).quality
    assert quality.like is not None
    assert quality.like.like == ("good/*.txt",)
    assert quality.gopher is not None
    with pytest.raises(LeafoutError, match="unknown key `like`"):
        CleanRules.read({"like": "good/*.txt"})


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(LeafoutError) as caught:
        CleanRules.read({"repeated_line": {}})
    assert "repeated_lines" in caught.value.hint
