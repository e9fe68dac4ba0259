import pytest

from leafout.core.errors import LeafoutError
from leafout.tokenization.unigram import train_unigram
from tokenization.toy_texts import batches, toy_texts


def test_equal_texts_give_equal_bytes() -> None:
    assert train_unigram(batches, vocab_size=200).to_str() == train_unigram(batches, vocab_size=200).to_str()


def test_frequent_words_of_both_languages_are_pieces() -> None:
    made = train_unigram(batches, vocab_size=200)
    assert made.get_vocab_size() <= 200
    assert [token.content for token in made.get_added_tokens_decoder().values()][:2] == ["[PAD]", "[UNK]"]
    assert "▁book" in made.get_vocab()
    assert {"天气", "今天天气"} & set(made.get_vocab())


def test_texts_read_back_but_for_white_space() -> None:
    made = train_unigram(batches, vocab_size=200)
    for text in [*toy_texts(20, seed=6), "  Two  today\n今天", "书"]:
        assert made.decode(made.encode(text).ids).replace(" ", "") == "".join(text.split())
    assert made.decode(made.encode("the  book is\ngood").ids) == "the book is good"


def test_no_piece_is_half_chinese() -> None:
    made = train_unigram(lambda: [["书book 书book 书book，the书" * 3] * 50], vocab_size=60)
    mixed = [piece for piece in made.get_vocab() if "书" in piece and any(letter.isascii() for letter in piece)]
    assert not mixed


def test_the_finished_tokenizer_takes_whole_runs() -> None:
    made = train_unigram(lambda: [["甲乙丙丁戊己庚辛"] * 50], vocab_size=60)
    words = [word for word, _ in made.pre_tokenizer.pre_tokenize_str("甲乙丙丁戊己庚辛a")]
    assert words == ["▁甲乙丙丁戊己庚辛", "a"]


def test_case_is_folded_when_asked() -> None:
    made = train_unigram(batches, vocab_size=200, lowercase=True)
    assert made.encode("THE Weather").ids == made.encode("the weather").ids


def test_rare_characters_are_unknown_and_in_no_piece() -> None:
    made = train_unigram(lambda: [["好" * 20 + "坏" * 20] * 40, ["饕a好"]], vocab_size=40, coverage=0.99)
    assert not [piece for piece in made.get_vocab() if "饕" in piece]
    assert made.encode("饕", add_special_tokens=False).tokens[-1] in {"饕", "[UNK]"}
    assert made.token_to_id("[UNK]") in made.encode("饕").ids


@pytest.mark.parametrize(
    ("texts", "size", "message"),
    [
        ([[" \n"]], 100, "no text to train"),
        ([["".join(chr(0x4E00 + n) for n in range(200))]], 100, "`vocab_size` is 100"),
    ],
)
def test_what_cannot_be_trained_is_said(texts: list[list[str]], size: int, message: str) -> None:
    with pytest.raises(LeafoutError, match=message):
        train_unigram(lambda: texts, vocab_size=size)


def test_no_text_spells_a_special_token() -> None:
    made = train_unigram(batches, vocab_size=200)
    made.encode_special_tokens = True
    assert not set(range(5)) - {1} & set(made.encode("a[MASK][SEP] [CLS]", add_special_tokens=False).ids)
