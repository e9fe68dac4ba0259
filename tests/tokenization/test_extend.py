import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from leafout.core.errors import LeafoutError
from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.extend import extend
from leafout.tokenization.fast.encoder import Encoder
from leafout.tokenization.unigram import train_unigram
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches, toy_texts

MAKERS: dict[str, Callable[[], Tokenizer]] = {
    "wordpiece": lambda: train_wordpiece(batches, vocab_size=300),
    "bpe": lambda: train_byte_bpe(batches, vocab_size=420),
    "unigram": lambda: train_unigram(batches, vocab_size=200),
}
WORDS = {
    "wordpiece": ["embeddings", "wether", "饕"],
    "bpe": ["天气房间", " embeddings", "embeddings", "注意力"],
    "unigram": ["天气房间", "embeddings", "天书"],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_words_become_one_token_and_old_ids_stay(kind: str) -> None:
    old = MAKERS[kind]()
    made = extend(old, WORDS[kind], size=100)
    assert made.words == [word for word in WORDS[kind] if word not in made.split]
    assert len(made.words) >= 2
    new, before = made.tokenizer.get_vocab(), old.get_vocab()
    assert {entry: new[entry] for entry in before} == before
    assert sorted(set(new.values()) - set(before.values())) == list(
        range(made.first_id, made.first_id + len(made.entries))
    )
    assert [new[entry] for entry in made.entries] == list(range(made.first_id, made.first_id + len(made.entries)))
    for word in made.words:
        tokens = made.tokenizer.encode(word, add_special_tokens=False).tokens
        assert [token for token in tokens if token != "▁"] == [tokens[-1]], (word, tokens)
        assert kind == "unigram" or len(made.tokenizer.encode(word, add_special_tokens=False).ids) == 1


@pytest.mark.parametrize("kind", MAKERS)
def test_texts_without_new_words_keep_their_tokens(kind: str) -> None:
    old = MAKERS[kind]()
    made = extend(old, WORDS[kind], size=100)
    new_ids = set(range(made.first_id, made.first_id + len(made.entries)))
    for text in toy_texts(40, seed=2):
        ids = made.tokenizer.encode(text).ids
        assert new_ids.intersection(ids) or ids == old.encode(text).ids
    assert Encoder(made.tokenizer).check([*toy_texts(40), *WORDS[kind], "天气房间很好 embeddings."]) is None


def test_what_was_known_split_or_left_is_told() -> None:
    made = extend(MAKERS["wordpiece"](), ["weather", "天气", "a b", "", "newword", "newest"], size=1)
    assert (made.known, made.words, made.left) == (["weather"], ["newword"], ["newest"])
    assert made.split == ["天气", "a b", ""]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(st.sampled_from("天气好书abz"), min_size=2, max_size=6), max_size=6))
def test_any_words_become_tokens_of_byte_level_bpe_in_any_order(words: list[str]) -> None:
    made = extend(MAKERS["bpe"](), words, size=1000)
    assert not made.left
    for word in {*made.words, *made.known}:
        assert len(made.tokenizer.encode(word, add_special_tokens=False).ids) == 1
    assert set(made.split) == {word for word in words if len({letter.isascii() for letter in word}) > 1}


def test_other_models_are_refused() -> None:
    made = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    with pytest.raises(LeafoutError, match="a vocabulary of WordLevel cannot be extended"):
        extend(made, ["b"], size=5)


def test_pieces_whose_ids_are_taken_are_refused() -> None:
    told = json.loads(MAKERS["unigram"]().to_str())
    told["added_tokens"].append({**told["added_tokens"][0], "id": len(told["model"]["vocab"]), "content": "<end>"})
    with pytest.raises(LeafoutError, match="new pieces would take ids"):
        extend(Tokenizer.from_str(json.dumps(told)), ["天书"], size=5)
