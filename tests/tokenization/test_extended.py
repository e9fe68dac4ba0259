from collections.abc import Callable

import pytest
from tokenizers import Tokenizer

import tiny_models
from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.extend import extend
from leafout.tokenization.extended import new_tokens
from leafout.tokenization.unigram import train_unigram
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches

MAKERS: dict[str, Callable[[], Tokenizer]] = {
    "wordpiece": lambda: train_wordpiece(batches, vocab_size=300),
    "bpe": lambda: train_byte_bpe(batches, vocab_size=420),
    "unigram": lambda: train_unigram(batches, vocab_size=200),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_new_word_was_the_pieces_that_the_old_tokenizer_cut_it_into(kind: str) -> None:
    old = MAKERS[kind]()
    made = extend(old, ["embeddings", "天气房间"], size=100)
    found = new_tokens(old, made.tokenizer)
    assert found is not None
    assert list(found) == list(range(made.first_id, made.first_id + len(made.entries)))
    word = made.tokenizer.encode("embeddings", add_special_tokens=False).ids[-1]
    assert found[word] == old.encode("embeddings", add_special_tokens=False).ids
    assert len(found[word]) > 1
    known = set(old.get_vocab().values())
    assert all(known.issuperset(pieces) for pieces in found.values())


def test_half_a_character_has_no_pieces() -> None:
    old = train_byte_bpe(batches, vocab_size=420)
    made = extend(old, ["饕餮"], size=100)
    found = new_tokens(old, made.tokenizer)
    assert found is not None
    halves = [number for number in found if "\ufffd" in made.tokenizer.decode([number])]
    assert halves
    assert all(found[number] == [] for number in halves)


def test_equal_vocabularies_have_nothing_new() -> None:
    assert new_tokens(tiny_models.tokenizer(), tiny_models.tokenizer()) == {}


def test_another_vocabulary_is_no_extension() -> None:
    longer = tiny_models.tokenizer()
    longer.add_tokens(["bookshop"])
    assert new_tokens(longer, tiny_models.tokenizer()) is None
