from pathlib import Path
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.tokenization.rules import VocabularyRules


def test_files_of_words_and_of_the_tokenizer_are_outside_files(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("注意力\n")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "tokenizer.json").write_text("{}")
    rules = VocabularyRules.read({"tokenizer": "old", "extend": {"words": ["*.txt"]}})
    assert rules.outside(tmp_path) == {
        "tokenizer/tokenizer.json": tmp_path / "old" / "tokenizer.json",
        "words/words.txt": tmp_path / "words.txt",
    }
    assert VocabularyRules().outside(tmp_path) == {}


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "unigramm"},
        {"max_document_tokens": -1},
        {"source_weights": {"a": -0.5}},
        {"source_weights": {"a": float("nan")}},
        {"source_weights": {"a": 1e9}},
        {"extend": {"size": 0}},
        {"extend": {"word": ["a"]}},
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError):
        VocabularyRules.read(values)
