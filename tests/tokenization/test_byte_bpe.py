import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from leafout.core.errors import LeafoutError
from leafout.tokenization.byte_bpe import END, train_byte_bpe
from tokenization.toy_texts import batches

SCRIPT = """
import hashlib
from leafout.tokenization.byte_bpe import train_byte_bpe
from tokenization.toy_texts import batches
print(hashlib.sha256(train_byte_bpe(batches, vocab_size=400).to_str().encode()).hexdigest())
"""
MADE = train_byte_bpe(batches, vocab_size=500)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_nothing_is_lost(text: str) -> None:
    kept = unicodedata.normalize("NFC", text)
    assert MADE.decode(MADE.encode(kept).ids, skip_special_tokens=False) == unicodedata.normalize("NFC", kept)


def pieces(made: Tokenizer, text: str) -> list[str]:
    return [made.decode([place]) for place in made.encode(text).ids]


def test_frequent_words_of_both_languages_are_one_token() -> None:
    assert len(pieces(MADE, "今天天气很好")) < 4
    assert " weather" in pieces(MADE, "the weather")


def test_the_finished_tokenizer_splits_a_run_of_chinese_equally_wherever_it_starts() -> None:
    for start in range(6):
        assert pieces(MADE, "，" * start + "今天天气很好")[start:] == pieces(MADE, "今天天气很好")
    words = [word for word, _ in MADE.pre_tokenizer.pre_tokenize_str("今天天气很好and so")]
    assert len(words) == 3


def test_chinese_is_no_part_of_an_english_word() -> None:
    text = "用list的12345个"
    spans = [text[start:end] for _, (start, end) in MADE.pre_tokenizer.pre_tokenize_str(text)]
    assert spans == ["用", "list", "的", "123", "45", "个"]


def test_the_end_of_text_is_the_first_id_and_none_is_added_to_a_text() -> None:
    assert MADE.token_to_id(END) == 0
    assert 0 not in MADE.encode("好").ids


def test_case_folds_when_asked_to() -> None:
    made = train_byte_bpe(batches, vocab_size=300, lowercase=True)
    assert made.encode("THE 好").ids == made.encode("the 好").ids
    assert MADE.encode("THE 好").ids != MADE.encode("the 好").ids


def test_other_processes_with_other_hash_seeds_get_the_same_bytes() -> None:
    tests = str(Path(__file__).parent.parent)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r}){SCRIPT}"]
    found = {subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)}
    assert len(found) == 1


def test_a_vocabulary_without_room_for_the_bytes_is_refused() -> None:
    with pytest.raises(LeafoutError, match="`vocab_size` is 256"):
        train_byte_bpe(batches, vocab_size=256)
