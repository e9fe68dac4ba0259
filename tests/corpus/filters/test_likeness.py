from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leafout.corpus.filters.likeness import fit, load
from leafout.corpus.filters.rules import LikeRules
from topic_texts import pages

GOOD = pages("chips", 40)
SAMPLE = pages("garden", 100) + pages("chips", 20, seed=1)
NEW = pages("chips", 30, seed=2) + pages("garden", 30, seed=3)


@pytest.mark.parametrize("method", ["classifier", "perplexity"])
def test_new_pages_like_the_examples_stay_and_others_go(method: str) -> None:
    rule = LikeRules.read({"like": "x", "method": method})
    found, told = fit(GOOD, SAMPLE, rule=rule, seed=1)
    kept = found.scores(pa.array(NEW)) >= np.float32(told["least_score"])
    assert kept[:30].mean() >= 0.8
    assert kept[30:].mean() == 0
    assert 0.85 <= told["held_out_auc"] <= 1  # a sixth of the sample is of the same kind
    assert (told["held_out_examples"], told["held_out_sample"]) == (40, 120)


@pytest.mark.parametrize("method", ["classifier", "perplexity"])
def test_equal_inputs_give_equal_filters_and_a_saved_one_scores_alike(method: str, tmp_path: Path) -> None:
    rule = LikeRules.read({"like": "x", "method": method})
    found, told = fit(GOOD, SAMPLE, rule=rule, seed=1)
    again, told_again = fit(GOOD, SAMPLE, rule=rule, seed=1)
    assert told == told_again
    found.save(tmp_path / "filter.npz")
    texts = pa.array([*NEW, "", "。"])
    scores = found.scores(texts)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert again.scores(texts).tolist() == scores.tolist()
    assert load(tmp_path / "filter.npz", rule=rule).scores(texts[3:7]).tolist() == scores[3:7].tolist()


def test_a_text_of_nothing_is_least_like_anything() -> None:
    found, _ = fit(GOOD, SAMPLE, rule=LikeRules(like=("x",)), seed=1)
    assert found.scores(pa.array([""])).tolist() == [0.0]


def test_what_cannot_be_told_apart_is_said_honestly() -> None:
    _, told = fit(pages("chips", 60), pages("chips", 200, seed=9), rule=LikeRules(like=("x",)), seed=1)
    assert 0.2 < told["held_out_auc"] < 0.8


def test_a_document_is_not_scored_by_what_was_learned_from_it() -> None:
    same = pages("chips", 80, seed=1)
    found, told = fit(GOOD, same + pages("garden", 40), rule=LikeRules(like=("x",)), seed=1)
    fresh = pages("chips", 80, seed=8)
    learned, others = (float(np.median(found.scores(pa.array(texts)))) for texts in (same, fresh))
    assert learned == pytest.approx(others, abs=0.15)
    assert told["kept_of_examples"] >= 0.95
