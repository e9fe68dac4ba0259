import json
from collections.abc import Callable
from typing import Any

import pytest
from tokenizers import Tokenizer, pre_tokenizers

from leafout.tokenization.byte_bpe import END
from leafout.tokenization.fast.recognise import ByteBpe, WordPiece, bytes_of_letters, recognise
from tokenization.fast.toy_tokenizers import FAST, toy


def test_the_letters_of_bytes_are_the_librarys() -> None:
    letters = bytes_of_letters()
    assert set(letters) == set(pre_tokenizers.ByteLevel.alphabet())
    spelled = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str("好 é")[0][0]
    assert bytes(letters[letter] for letter in spelled) == "好 é".encode()


@pytest.mark.parametrize("name", FAST)
def test_kinds_are_told_apart(name: str) -> None:
    found = recognise(toy(name))
    assert isinstance(found, WordPiece if name.startswith("wordpiece") else ByteBpe)
    if isinstance(found, ByteBpe):
        assert bool(found.whole) is (name == "whole")
        assert END not in found.whole


def changed(name: str, change: Callable[[dict[str, Any]], object]) -> Tokenizer:
    told = json.loads(toy(name).to_str())
    change(told)
    return Tokenizer.from_str(json.dumps(told))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bpe", lambda told: told["model"].update(dropout=0.1)),
        ("bpe", lambda told: told["model"].update(end_of_word_suffix="</w>")),
        ("bpe", lambda told: told.update(normalizer={"type": "NFKC"})),
        ("bpe", lambda told: told.update(pre_tokenizer=None)),
        ("bpe", lambda told: told["pre_tokenizer"]["pretokenizers"][0].update(invert=True)),
        ("bpe", lambda told: told["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex=r"\w+")),
        ("bpe", lambda told: told["pre_tokenizer"]["pretokenizers"][1].update(add_prefix_space=True)),
        ("gpt2", lambda told: told["pre_tokenizer"].update(add_prefix_space=True)),
        ("wordpiece", lambda told: told.update(normalizer={"type": "NFC"})),
        ("wordpiece", lambda told: told.update(pre_tokenizer={"type": "Whitespace"})),
        ("wordpiece", lambda told: told["model"].update(continuing_subword_prefix="")),
    ],
)
def test_what_is_not_understood_is_not_recognised(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    assert recognise(changed(name, change)) is None
