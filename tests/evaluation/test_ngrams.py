import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from leafout.evaluation.ngrams import Columns, Grams, columns_of, grams, rows_of


def keys(text: str, pair: str | None = None) -> set[int]:
    return set(grams([text], None if pair is None else [pair]).keys_G.tolist())


def test_chinese_is_cut_into_one_to_three_characters_as_scikit_learn_does() -> None:
    texts = ["这本书很好很好", "房间小", "好"]
    found = grams(texts)
    wanted = CountVectorizer(analyzer="char", ngram_range=(1, 3), binary=True).fit_transform(texts).sum(axis=1)
    assert np.bincount(found.texts_G).tolist() == wanted.ravel().tolist()[0]


def test_english_is_cut_into_words_pairs_of_words_and_pieces_as_scikit_learn_does() -> None:
    texts = ["the room was good", "a bad book", "x", "The Room"]
    found = np.bincount(grams(texts).texts_G)
    words = CountVectorizer(ngram_range=(1, 2), binary=True, token_pattern=r"\w+").fit_transform(texts).sum(axis=1)
    assert found.tolist() == [
        int(count) + num_pieces(text) for count, text in zip(words.ravel().tolist()[0], texts, strict=True)
    ]


def num_pieces(text: str) -> int:
    """Distinct runs of 3 to 5 characters of words with a space on both sides."""
    words = [f" {word} " for word in text.lower().split()]
    return len({word[place : place + n] for word in words for n in (3, 4, 5) for place in range(len(word) + 1 - n)})


def test_case_space_and_punctuation_make_no_difference() -> None:
    assert keys("The room, was GOOD!") == keys("the  room\nwas good")
    assert keys("书很好。") == keys("书很好")


def test_mixed_text_has_both_kinds() -> None:
    mixed = keys("用iPhone很好")
    assert keys("iphone") < mixed
    assert keys("很好") < mixed


def test_texts_do_not_run_into_each_other() -> None:
    together = grams(["很好 room", "书 was"])
    assert set(together.keys_G[together.texts_G == 0].tolist()) == keys("很好 room")
    assert set(together.keys_G[together.texts_G == 1].tolist()) == keys("书 was")


@pytest.mark.parametrize("text", ["", " ", "。！?", "\ud800", "\n"])
def test_a_text_with_nothing_in_it_has_no_ngrams(text: str) -> None:
    found = grams(["好", text, "the room"])
    assert 1 not in set(found.texts_G.tolist())
    assert set(found.texts_G.tolist()) == {0, 2}


def test_no_texts_have_no_ngrams() -> None:
    assert len(grams([]).keys_G) == 0
    assert len(rows_of(grams([]), 0, columns_of(grams([]), 0, least_texts=1, most=10))) == 0


def test_sides_of_a_pair_are_told_apart_and_what_they_share_is_said() -> None:
    assert keys("书", "好") != keys("好", "书")
    assert len(keys("书", "好")) == 2
    assert len(keys("书", "书")) == 3


def test_distinct_ngrams_do_not_collide() -> None:
    texts = [f"{chr(0x4E00 + number)}{chr(0x4E00 + 7 * number % 5000)}" for number in range(3000)]
    distinct = {piece for text in texts for piece in (*text, text)}
    assert len(np.unique(grams(texts).keys_G)) == len(distinct)


def test_rows_have_length_one_and_rare_ngrams_weigh_more() -> None:
    texts = ["书好", "书坏", "书小"]
    found = grams(texts)
    columns = columns_of(found, 3, least_texts=1, most=100)
    rows = rows_of(found, 3, columns)
    dense = np.zeros((3, len(columns.keys_D)))
    for row in range(3):
        part = slice(rows.starts_N1[row], rows.starts_N1[row + 1])
        dense[row, rows.columns_E[part]] = rows.values_E[part]
    np.testing.assert_allclose(np.linalg.norm(dense, axis=1), 1.0, atol=1e-6)
    common = int(np.searchsorted(columns.keys_D, grams(["书"]).keys_G[0]))
    assert dense[0, common] == dense[0][dense[0] > 0].min()


def test_columns_are_the_commonest_and_common_enough() -> None:
    found = grams(["好", "好", "好", "书", "书", "小"])
    assert len(columns_of(found, 6, least_texts=2, most=100).keys_D) == 2
    assert columns_of(found, 6, least_texts=1, most=1).keys_D.tolist() == grams(["好"]).keys_G.tolist()


def test_what_has_no_column_is_left_out() -> None:
    nothing = Columns(np.zeros(0, np.uint64), np.zeros(0, np.float32))
    rows = rows_of(grams(["书", "好"]), 2, nothing)
    assert rows.starts_N1.tolist() == [0, 0, 0]
    known = columns_of(grams(["书"]), 1, least_texts=1, most=9)
    assert rows_of(grams(["书", "好"]), 2, known).starts_N1.tolist() == [0, 1, 1]


def test_ngrams_are_sorted_by_text_and_key() -> None:
    found: Grams = grams(["the room 很好", "b a c 书"])
    order = np.lexsort((found.keys_G, found.texts_G))
    assert (order == np.arange(len(order))).all()
