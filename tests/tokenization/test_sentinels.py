import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.tokenization.sentinels import add_sentinels, sentinel_ids


def test_the_first_mark_has_the_highest_id_as_in_t5() -> None:
    tokenizer = tiny_models.tokenizer()
    size = tokenizer.get_vocab_size()
    add_sentinels(tokenizer, 4)
    assert sentinel_ids(tokenizer) == [size + 3, size + 2, size + 1, size]
    add_sentinels(tokenizer, 4)
    assert tokenizer.get_vocab_size() == size + 4


def test_marks_are_no_text() -> None:
    tokenizer = tiny_models.tokenizer()
    add_sentinels(tokenizer, 2)
    first, second = sentinel_ids(tokenizer)
    assert tokenizer.decode([first, second]) == ""
    tokenizer.encode_special_tokens = True
    assert not {first, second} & set(tokenizer.encode("<extra_id_0> good").ids)


def test_marks_of_mt5_are_found_and_need_no_more() -> None:
    tokenizer = tiny_models.tokenizer()
    tokenizer.add_tokens(["▁<extra_id_1>", "▁<extra_id_0>"])
    size = tokenizer.get_vocab_size()
    assert sentinel_ids(tokenizer) == [size - 1, size - 2]
    add_sentinels(tokenizer, 2)
    assert tokenizer.get_vocab_size() == size


def test_a_tokenizer_without_marks_is_refused_with_the_way_to_get_them() -> None:
    with pytest.raises(LeafoutError, match="no marks for spans") as error:
        sentinel_ids(tiny_models.tokenizer(), where="here")
    assert "sentinels: 100" in error.value.hint
