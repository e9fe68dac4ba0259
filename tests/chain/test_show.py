import json

import pytest

import chain_store
from leafout.chain.lookup import find_artifact
from leafout.chain.show import _vocabulary, facts, lines, sparkline


def shown(name: str) -> str:
    store = chain_store.shared()
    found = facts(store, find_artifact(store, name))
    json.dumps(found, ensure_ascii=False)
    return "\n".join(lines(found))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("reviews", ["funnel (164 read)", "rejected: ", "reviews.csv:165", "outside files (1)"]),
        ("clean", ["dropped: duplicate  1", "dropped: too_short  1", "reviews.csv:163", "嗯", "first documents"]),
        ("pretrain", ["curves", "val_loss", "samples on the way", "今天天气很好"]),
        ("export", ["parity certificate", "agreement", "release", "onnx", "texts_per_second"]),
        ("exam", ["exam (32 rows)", "floor 0.7900", "passed  macro_f1 >= 0.80", "worst errors"]),
    ],
)
def test_each_kind_of_artifact_shows_what_it_has_to_tell(step: str, words: list[str]) -> None:
    text = shown(f"demo:{step}")
    for word in words:
        assert word in text, word


def test_hostile_text_cannot_move_the_cursor_or_the_writing_direction() -> None:
    text = shown("demo:pretrain")
    assert "\u202e" not in text
    assert "<script>" in text


def test_a_sparkline_has_one_block_a_group() -> None:
    assert sparkline([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█"
    assert sparkline([5]) == "▁"
    assert sparkline([]) == ""
    assert len(sparkline(list(range(1000)))) == 40


def test_a_vocabulary_shows_fertility_entries_and_sentences() -> None:
    told = {
        "vocab_size": 8000,
        "sides": {"train": {"fertility": {"en": 1.3111, "zh": 0.98}, "unused_fraction": 0.042}},
        "entries": {
            "most_frequent": {"zh": [["的", 9], ["，\n", 8]]},
            "longest": ["international"],
            "sentences": {"zh": [["今天", "天气"]], "en": [["the", " book"]]},
        },
    }
    text = "\n".join(_vocabulary({"evidence": {"vocabulary": told}}))
    for words in (
        "fertility zh",
        "1.31",
        "4.2% of 8000 entries",
        "的 ， ⏎ ",
        "international",
        "今天|天气",
        "the| book",
    ):
        assert words in text, words
    assert not list(_vocabulary({"evidence": {}}))
    assert not list(_vocabulary({"evidence": {"vocabulary": {"vocab_size": 5, "sides": {}}}}))
