import pytest
from pydantic import ValidationError

from leafout.corpus.contamination_rule import MAX_WORDS, Contamination
from leafout.corpus.kernels import ngrams


def test_an_n_gram_is_no_longer_than_the_kernel_can_hold() -> None:
    assert MAX_WORDS == ngrams.MAX_WORDS
    with pytest.raises(ValidationError, match="less than or equal to 63"):
        Contamination(words=64)


def test_n_grams_are_looked_up_by_as_many_words_as_the_shortest_has() -> None:
    assert Contamination().tail_words() == 8
    assert Contamination(characters=5).tail_words() == 5
