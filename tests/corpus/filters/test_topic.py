from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.filters.rules import TopicRules
from leafout.corpus.filters.topic import Topic, fit, kept, read_keywords
from topic_texts import pages

SAMPLE = pages("garden", 60) + pages("chips", 20, seed=1)


def test_documents_near_the_examples_stay() -> None:
    found, told = fit([pages("chips", 30)], SAMPLE, [], rule=TopicRules(like=("x",)))
    scores = found.scores(pa.array(pages("chips", 20, seed=4) + pages("garden", 20, seed=5) + [""]))
    stays = kept(scores, np.zeros(41, bool), told["least_score"])
    assert stays[:20].mean() >= 0.8
    assert not stays[20:].any()
    assert told["held_out_auc"] > 0.8


def test_each_pattern_is_a_topic_of_its_own() -> None:
    both = [pages("chips", 30), pages("garden", 30)]
    found, told = fit(both, SAMPLE, [], rule=TopicRules(like=("x", "y")))
    scores = found.scores(
        pa.array(pages("chips", 10, seed=4) + pages("garden", 10, seed=5) + ["一二三四五 nothing of it"])
    )
    assert (scores[:20] >= np.float32(told["least_score"])).mean() >= 0.8
    assert scores[20] < told["least_score"]
    assert told["example_pages"] == 60


def test_enough_different_keywords_keep_a_document() -> None:
    texts = pa.array(["芯片与光刻机", "芯片芯片芯片", "A wafer and a chip.", "chips", "光刻机 " + "字" * 999 + " chip"])
    words = ["芯片", "光刻机", "wafer", "chip"]
    rule = TopicRules(keywords=tuple(words))
    found, told = fit([], [], words, rule=rule)
    assert told == {"keywords": 4.0}
    holds = found.holds_keywords(texts, rule)
    assert holds.tolist() == [True, False, True, False, True]
    dense = TopicRules(keywords=tuple(words), least_density=10)
    assert found.holds_keywords(texts, dense).tolist() == [True, False, True, False, False]
    assert kept(found.scores(texts), holds, None).tolist() == holds.tolist()


def test_examples_or_keywords_are_enough() -> None:
    rule = TopicRules(like=("x",), keywords=("tomato", "soil"))
    found, told = fit([pages("chips", 30)], SAMPLE, rule.keywords, rule=rule)
    texts = pa.array([pages("chips", 1, seed=6)[0], "Soil for a tomato", "Soil"])
    stays = kept(found.scores(texts), found.holds_keywords(texts, rule), told["least_score"])
    assert stays.tolist() == [True, True, False]


def test_a_saved_topic_scores_alike(tmp_path: Path) -> None:
    rule = TopicRules(like=("x",), keywords=("芯片",), least_keywords=1)
    found, _ = fit([pages("chips", 30)], SAMPLE, rule.keywords, rule=rule)
    found.save(tmp_path / "topic.npz")
    loaded = Topic.load(tmp_path / "topic.npz")
    texts = pa.array(SAMPLE)
    assert loaded.scores(texts[5:9]).tolist() == found.scores(texts)[5:9].tolist()
    assert loaded.holds_keywords(texts, rule).tolist() == found.holds_keywords(texts, rule).tolist()


def test_keywords_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# 主题词\n芯片\n\n  wafer \n", encoding="utf-8")
    rule = TopicRules(keywords=("chip",), keyword_files=("words.txt",))
    assert read_keywords(rule, tmp_path) == ["chip", "芯片", "wafer"]
    with pytest.raises(LeafoutError, match="no file"):
        read_keywords(TopicRules(keyword_files=("none.txt",)), tmp_path)
    with pytest.raises(LeafoutError, match="no keyword holds a letter"):
        fit([], [], ["！"], rule=rule)
