from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import jit
from leafout.corpus.kernels.quality import edits, faults, measures
from leafout.text.quality import QualityRules, fault, parts_of
from leafout.text.quality_edit import EDITS, edit
from leafout.text.quality_table import MEASURES
from odd_texts import utf8_texts

BAD_WORDS = ("damn", "坏", "The", "it's")
languages = st.sampled_from(["zh", "en", "de"])
pytestmark = pytest.mark.skipif(not jit.COMPILED, reason="there is no compiler")


def every_rule(**values: Any) -> QualityRules:
    """All families on, with bad words."""
    given = {"preset": "web", "min_chars": 1, **values}
    return QualityRules.read({**given, "c4": {"bad_words": list(BAD_WORDS), **given.get("c4", {})}})


def never_broken() -> QualityRules:
    """Every measure is wanted and no value breaks a rule."""
    open_ends: dict[str, Any] = {}
    for family, config in every_rule():
        if hasattr(config, "plain"):
            fields = {}
            for field, value in config.plain().items():
                low = 0 if field.startswith("min_") else 1
                if field.endswith(("words", "sentences", "mean_word", "word_chars", "mean_line", "mean_sentence")):
                    low = low * 10**9
                if field.startswith(("min_", "max_")) and field != "min_line_words":
                    fields[field] = low if family == "chinese" else dict.fromkeys(value, low)
            open_ends[family] = fields
    open_ends["c4"].update(lorem_ipsum=False, curly_bracket=False, bad_words=[])
    open_ends["chinese"].update(max_ad_phrases=10**9, max_mixed_script=0.5, min_chars=0)
    loose = {"min_chars": 0, "max_symbols": 1, "max_repeated_chars": 1, "max_repeated_lines": 1, "max_top_bigram": 1}
    return QualityRules.read({"preset": "web", **loose, "filler": False, **open_ends})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(utf8_texts, languages), min_size=1, max_size=8),
    st.sampled_from(
        [
            every_rule(),
            QualityRules(),
            QualityRules(preset="chinese", min_chars=1, max_chars=300),
            QualityRules.read({"preset": "none", "repetition": {"max_duplicate_lines": None, "max_top_2_gram": None}}),
            QualityRules.read({"preset": "none", "gopher": {"min_words": 3}, "chinese": {"min_chars": 0}}),
        ]
    ),
)
def test_the_compiled_reason_is_that_of_the_reference(rows: list[tuple[str, str]], rules: QualityRules) -> None:
    wanted = [fault(text, language, rules) for text, language in rows]
    assert faults(pa.array([text for text, _ in rows]), [language for _, language in rows], rules) == wanted


@settings(max_examples=150, deadline=None)
@given(utf8_texts, languages)
def test_every_compiled_measure_is_that_of_the_reference(text: str, language: str) -> None:
    rules = never_broken()
    found = dict(zip(MEASURES, measures(pa.array([text]), [language], rules)[0].tolist(), strict=True))
    parts = parts_of(text, language, rules)
    seen = {name: value for name, value in found.items() if not np.isnan(value)}
    assert seen == {name: MEASURES[name](parts) for name in seen}
    taken = {limit.rule.measure for limit in rules.limits[parts.kind]}
    assert fault(text, language, rules) is not None or set(seen) == taken


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(utf8_texts, languages), min_size=1, max_size=8),
    st.sampled_from(
        [
            every_rule(),
            QualityRules(preset="c4"),
            QualityRules.read({"c4": {"line_ends": False, "min_line_words": 0, "max_word_chars": 30, "policy": True}}),
            QualityRules.read({"c4": {"line_ends": False, "citations": None, "javascript": True}}),
        ]
    ),
)
def test_compiled_edits_are_those_of_the_reference(rows: list[tuple[str, str]], rules: QualityRules) -> None:
    left, counts_NE = edits(pa.array([text for text, _ in rows]), [language for _, language in rows], rules)
    wanted = [edit(text, language, rules) for text, language in rows]
    assert left.to_pylist() == [text for text, _ in wanted]
    left.validate(full=True)
    found = [{name: count for name, count in zip(EDITS, row, strict=True) if count} for row in counts_NE.tolist()]
    assert found == [counts for _, counts in wanted]


def test_without_a_compiler_the_reference_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(["短", "Home\nThis is a line of prose.", None])
    wanted = (faults(texts, ["zh", "en", "en"], every_rule()), *map(list, measured(texts)))
    monkeypatch.setattr(jit, "COMPILED", False)
    assert (faults(texts, ["zh", "en", "en"], every_rule()), *map(list, measured(texts))) == wanted
    assert wanted[0][0] == "chinese_min_chars"


def measured(texts: pa.Array) -> tuple[list[Any], list[Any], list[Any]]:
    """Edited texts, their edits, and the measures."""
    left, counts_NE = edits(texts, ["zh", "en", "en"], every_rule())
    values_NM = measures(texts, ["zh", "en", "en"], every_rule())
    return left.to_pylist(), counts_NE.tolist(), np.nan_to_num(values_NM, nan=-9).tolist()


def test_languages_are_as_many_as_texts() -> None:
    with pytest.raises(ValueError, match="2 texts have 1 languages"):
        faults(pa.array(["a", "b"]), ["en"], QualityRules())
