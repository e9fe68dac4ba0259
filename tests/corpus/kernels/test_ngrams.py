import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import ngrams
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.letters import letter_table
from leafout.corpus.kernels.ngrams import Entries, bit_table, search, windows, words

PIECES = st.lists(
    st.sampled_from(["the ", "cat", " sat", ". ", "很", "好", "！", "书", "A", "b ", "é", "𠮷"]), max_size=30
)
TEXTS = st.lists(PIECES.map("".join), min_size=1, max_size=6)


def entries_of(texts: list[str], length: int, tail: int) -> Entries:
    """Every run of `length` words of the texts as an entry."""
    found = words(*utf8(pa.array(texts)))
    values = [found.hashes_W[a:b] for a, b in zip(found.first_N1[:-1], found.first_N1[1:], strict=True)]
    whole = np.concatenate([windows(part, length) for part in values])
    ends = np.concatenate([windows(part[length - tail :], tail)[: max(len(part) - length + 1, 0)] for part in values])
    hashes_E, first = np.unique(whole, return_index=True)
    order = np.argsort(ends[first], kind="stable")
    tails_T, first_T = np.unique(ends[first][order], return_index=True)
    first_T1 = np.append(first_T, len(order)).astype(np.int64)
    return Entries(bit_table(tails_T), tails_T, first_T1, np.full(len(order), length), hashes_E[order], tail)


def places(texts: list[str], entries: Entries, most: int = 1 << 14) -> list[tuple[int, str]]:
    hits = search(*utf8(pa.array(texts)), entries, most=most)
    return [
        (text, texts[text].encode()[begin:end].decode())
        for text, begin, end in zip(*(c.tolist() for c in (hits.texts_H, hits.begins_H, hits.ends_H)), strict=True)
    ]


def test_a_word_is_a_latin_run_or_one_chinese_character() -> None:
    found = words(*utf8(pa.array(["The cat，很好 sat", "", None, "THE"])))
    assert np.diff(found.first_N1).tolist() == [5, 0, 0, 1]
    assert found.alone_N.tolist() == [2, 0, 0, 0]
    assert found.hashes_W[0] == found.hashes_W[5]
    assert len(set(found.hashes_W.tolist())) == 5


def test_an_entry_is_found_inside_longer_texts_whatever_case_and_punctuation() -> None:
    entries = entries_of(["the cat sat on the mat", "这本书很好看"], 6, 4)
    told = ["He said: The CAT sat, on the -- mat!", "我说，这本书，很好看。真的", "the cat sat on a mat"]
    assert places(told, entries) == [(0, "The CAT sat, on the -- mat"), (1, "这本书，很好看")]


def test_room_for_hits_grows() -> None:
    entries = entries_of(["好 book"], 2, 2)
    told = ["好 book " * 100, "book", "好 book好 book"]
    assert places(told, entries, most=1) == [(0, "好 book")] * 100 + [(2, "好 book")] * 2


@settings(max_examples=60)
@given(TEXTS, TEXTS, st.integers(2, 5))
def test_the_compiled_search_equals_the_plain_one(wanted: list[str], told: list[str], length: int) -> None:
    entries = entries_of(wanted, length, 2)
    bytes_U, offsets_N1 = utf8(pa.array(told))
    found = search(bytes_U, offsets_N1, entries)
    room = np.empty((4, 10_000), np.int64)
    hits, done = ngrams._search_plain(bytes_U, offsets_N1, 0, letter_table(), entries, room)
    assert done == len(told)
    assert np.array_equal(np.stack(found), room[:, :hits])


@settings(max_examples=60)
@given(TEXTS)
def test_the_compiled_words_equal_the_plain_ones(texts: list[str]) -> None:
    bytes_U, offsets_N1 = utf8(pa.array(texts))
    plain = ngrams._words_plain(bytes_U, offsets_N1, letter_table())
    assert all(np.array_equal(one, other) for one, other in zip(words(bytes_U, offsets_N1), plain, strict=True))
