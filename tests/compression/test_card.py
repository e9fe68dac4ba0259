from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
import tiny_rows
from leafout.compression.card import Facts, facts_of, language_shares, write_card
from leafout.compression.labelled import Labelled, validation
from leafout.inference.release import Release, read_release

PARITY: dict[str, Any] = {
    "num_rows": 60,
    "agreement": 0.99,
    "largest_logit_difference": 0.12,
    "release": {"macro_f1": 0.8, "accuracy": 0.81},
}


@pytest.fixture
def source(tmp_path: Path) -> Release:
    tiny_models.write_bert(tmp_path / "model")
    return read_release(tmp_path / "model")


def card_of(release: Release, facts: Facts) -> str:
    write_card(release, facts)
    return (release.path / "README.md").read_text(encoding="utf-8")


def facts(**values: Any) -> Facts:
    return Facts(**{"name": "", "purpose": "", "rows": "", "num_parameters": 1234567, "parity": PARITY, **values})


def test_facts_come_from_the_rows_that_were_compared(tmp_path: Path, source: Release) -> None:
    rows = tiny_rows.write_rows(tmp_path / "rows")
    found = facts_of(source, rows, validation(rows, source), PARITY, name="n", purpose="p")
    assert found.label_rows == {"好": 30, "差": 30}
    assert found.languages == {"en": pytest.approx(1 / 3, abs=1e-3), "zh": pytest.approx(2 / 3, abs=1e-3)}
    assert len(found.rows) == 64
    assert found.num_parameters > 1000


def test_without_rows_nothing_is_said_of_them(source: Release) -> None:
    found = facts_of(source, None, validation(None, source), PARITY, name="", purpose="")
    assert (found.rows, found.languages, found.label_rows) == ("", {}, {})
    assert "- rows: `none given`; languages on validation: not known" in card_of(source, found)


def test_shares_leave_out_rows_without_a_language() -> None:
    rows = Labelled(["a"] * 4, None, np.zeros(4, np.int64), ["zh", "zh", "en", ""])
    assert language_shares(rows) == {"en": 0.3333, "zh": 0.6667}


def test_both_languages_state_scores_and_parity(source: Release) -> None:
    card = card_of(source, facts(label_rows={"好": 30, "差": 30}))
    english, chinese = card.split("## 中文说明")
    for part in (english, chinese):
        assert "n = 60" in part
        assert "0.99" in part
        assert "accuracy 0.8100; macro_f1 0.8000" in part
        assert "差 (30), 好 (30)" in part
    assert "1,234,567" in english
    assert "1,234,567" in chinese


def test_a_purpose_is_said_in_both_and_its_absence_too(source: Release) -> None:
    said = card_of(source, facts(purpose="Sorting 评论."))
    assert said.count("Sorting 评论.") == 2
    silent = card_of(source, facts())
    assert "Not stated by the exporter" in silent
    assert "导出者未说明" in silent


def test_labels_cannot_break_the_markdown(source: Release, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    odd = Release(tmp_path / "odd", "classify", "onnx", "int8", ("a|b", "<i>*x*"), 8, False, {"a|b": 0.9}, (), "", "X")
    card = card_of(odd, facts(label_rows={"a|b": 1}))
    assert r"a\|b (1)" in card
    assert r"\<i\>\*x\*" in card
    assert r"It abstains below these confidences: a\|b 0.900" in card


def test_many_labels_are_cut_with_their_number(source: Release, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    labels = tuple(f"标签{number}" for number in range(40))
    many = Release(tmp_path / "many", "classify", "onnx", "int8", labels, 8, False, {}, (), "", "X")
    card = card_of(many, facts())
    assert "… +10" in card
    assert "标签35" not in card


def test_a_generator_is_warned_of(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path / "gpt")
    parity = {"num_rows": 9, "agreement": 1.0, "largest_logit_difference": 0.0, "release": {"loss": 3.2}}
    card = card_of(read_release(tmp_path / "gpt"), facts(parity=parity))
    assert "what is likely, not what is true" in card
    assert "loss 3.2000" in card
    assert "labels (" not in card
