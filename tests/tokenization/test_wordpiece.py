import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.tokenization.wordpiece import SPECIAL, train_wordpiece
from tokenization.toy_texts import batches

SCRIPT = """
import hashlib
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches
print(hashlib.sha256(train_wordpiece(batches, vocab_size=300).to_str().encode()).hexdigest())
"""


def test_chinese_characters_stand_alone_and_english_words_come_in_pieces() -> None:
    made = train_wordpiece(batches, vocab_size=300)
    assert made.encode("今天weather好", add_special_tokens=False).tokens == ["今", "天", "weather", "好"]
    assert made.encode("weathers", add_special_tokens=False).tokens[0] == "weather"
    assert made.decode(made.encode("the weathers is 好").ids) == "the weathers is 好"


def test_special_tokens_come_first_and_stand_around_texts() -> None:
    made = train_wordpiece(batches, vocab_size=300)
    assert [made.id_to_token(place) for place in range(5)] == list(SPECIAL)
    encoding = made.encode("天", "气")
    assert encoding.tokens == ["[CLS]", "天", "[SEP]", "气", "[SEP]"]
    assert encoding.type_ids == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(("lowercase", "token"), [(True, "cafe"), (False, "Café")])
def test_case_and_accents_fold_when_asked_to(lowercase: bool, token: str) -> None:
    def texts() -> Iterator[list[str]]:
        yield ["Café Caf"] * 9

    made = train_wordpiece(texts, vocab_size=60, lowercase=lowercase)
    assert made.encode("Café", add_special_tokens=False).tokens == [token]


def test_every_known_character_can_stand_anywhere_in_a_word() -> None:
    made = train_wordpiece(batches, vocab_size=300)
    assert "##y" in made.get_vocab()
    assert "[UNK]" not in made.encode("yadot kvles", add_special_tokens=False).tokens


def test_rare_characters_are_left_to_the_unknown_token() -> None:
    def texts() -> Iterator[list[str]]:
        yield ["天气很好 good" * 200, "饕餮"]

    made = train_wordpiece(texts, vocab_size=100, coverage=0.999)
    assert made.encode("饕天", add_special_tokens=False).tokens == ["[UNK]", "天"]


def test_other_processes_with_other_hash_seeds_get_the_same_bytes() -> None:
    tests = str(Path(__file__).parent.parent)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r}){SCRIPT}"]
    found = {subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(3)}
    assert len(found) == 1


def test_a_vocabulary_without_room_for_the_characters_is_refused_with_one_that_has_it() -> None:
    with pytest.raises(LeafoutError, match="`vocab_size` is 40: its characters would cover") as caught:
        train_wordpiece(batches, vocab_size=40)
    enough = int(caught.value.hint.removeprefix("vocab_size: "))
    assert train_wordpiece(batches, vocab_size=enough).get_vocab_size() <= enough


@pytest.mark.parametrize("batch", [[], [""], [" \n\t"]])
def test_no_text_is_refused(batch: list[str]) -> None:
    with pytest.raises(LeafoutError, match="no text to train"):
        train_wordpiece(lambda: iter([batch]), vocab_size=300)
