import random

from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.wordpiece import train_wordpiece
from leafout.tokenization.words import find_words, read_words
from tokenization.toy_texts import batches

AROUND = [chr(0x4E00 + 37 * n) for n in range(120)]


def texts() -> list[list[str]]:
    """A Chinese and an English word among many neighbours."""
    draw = random.Random(1)
    zh = ["".join(draw.choices(AROUND, k=5)) + "注意力" + "".join(draw.choices(AROUND, k=5)) for _ in range(200)]
    en = [f"some {draw.choice('abcdefgh')} embeddings of {draw.randrange(99)}" for _ in range(60)]
    return [zh, en, ["".join(draw.choices(AROUND, k=8)) for _ in range(900)]]


def test_words_are_found_whole_in_both_languages_and_the_largest_saving_comes_first() -> None:
    found = dict(find_words(texts(), train_byte_bpe(batches, vocab_size=300), most=100))
    assert "注意力" in found
    assert " embeddings" in found
    assert not {"注意", "意力"} & set(found)
    assert next(iter(found)) == "注意力"
    assert found["注意力"] >= 200 * 3


def test_words_that_are_one_token_save_nothing() -> None:
    made = train_wordpiece(texts, vocab_size=400)
    assert "embeddings" in made.get_vocab()
    assert " embeddings" not in dict(find_words(texts(), made, most=100))


def test_no_more_than_asked_for() -> None:
    assert len(find_words(texts(), train_byte_bpe(batches, vocab_size=300), most=2)) == 2
    assert find_words([["好", "a b c"], []], train_byte_bpe(batches, vocab_size=300), most=5) == []


def test_files_of_words_have_one_a_line() -> None:
    assert read_words(["注意力\t12\tn\n", "\n", "  \t3", "embeddings \r\n"]) == ["注意力", "embeddings"]
