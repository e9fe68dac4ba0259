from pathlib import Path

import pytest

from leafout.core.config import ConfigError
from leafout.corpus.filters.rules import LikeRules, TopicRules


def test_a_glob_alone_is_a_rule() -> None:
    assert LikeRules.model_validate("good/*.txt") == LikeRules(like=("good/*.txt",))
    assert LikeRules.model_validate(["a.txt", "b.txt"]).like == ("a.txt", "b.txt")
    assert LikeRules.read({"like": "a.txt", "method": "perplexity"}).method == "perplexity"
    assert TopicRules.read({"keywords": "芯片"}).keywords == ("芯片",)


def test_two_bounds_at_once_are_refused() -> None:
    with pytest.raises(ConfigError, match="give one of them"):
        LikeRules.read({"like": "a.txt", "keep_fraction": 0.3, "least_score": 0.5})


@pytest.mark.parametrize(("rules", "said"), [(LikeRules, "like: good"), (TopicRules, "needs examples")])
def test_a_rule_without_examples_is_refused(rules: type[LikeRules], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        rules.read({"keep_fraction": 0.3})


def test_the_files_it_names_are_outside_files(tmp_path: Path) -> None:
    for name in ("good/一.txt", "good/two.txt", "words.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("叶", encoding="utf-8")
    assert list(LikeRules(like=("good/*.txt",)).outside(tmp_path)) == ["good/two.txt", "good/一.txt"]
    assert list(TopicRules(keyword_files=("words.txt",)).outside(tmp_path)) == ["words.txt"]
