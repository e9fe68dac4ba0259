import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import repeats as module
from leafout.corpus.kernels.repeats import Contexts, reach, repeats
from leafout.corpus.kernels.winnow import fingerprints

NGRAM, UNITS = 4, 12
TEXTS = st.lists(
    st.lists(
        st.sampled_from(["叶绿素", "ab", "a", "好", "é", "leafout ", "🙂", "aaaaaa", "春风又绿江南岸", "the rain in "])
    ).map("".join),
    max_size=5,
)


def covered(texts: list[str], units: int) -> set[int]:
    """Every byte of every stretch of so many units that stood before; by looking at all of them."""
    found, seen, base = set(), dict[bytes, tuple[int, int]](), 0
    for text, words in enumerate(texts):
        data = words.encode()
        edges = [place for place in range(len(data) + 1) if place == len(data) or data[place] & 0xC0 != 0x80]
        lengths = {edge: 1 if data[edge] < 0xE0 else 2 for edge in edges[:-1]}
        for first, start in enumerate(edges):
            total = 0
            for last in range(first, len(edges) - 1):
                total += lengths[edges[last]]
                end = edges[last + 1]
                if total >= units:
                    other, place = seen.setdefault(data[start:end], (text, base + start))
                    if other != text or base + start - place >= units:
                        found |= set(range(base + start, base + end))
                    if total > units + 1:
                        break
        base += len(data)
    return found


def contexts_of(
    texts: list[str], ngram: int, units: int
) -> tuple[Contexts, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    data = [words.encode() for words in texts]
    bytes_U = np.frombuffer(b"".join(data), np.uint8)
    offsets_N1 = np.cumsum([0, *map(len, data)])
    keys_F, places_F = fingerprints(bytes_U, offsets_N1, ngram=ngram, window=units - ngram + 1)
    order = np.lexsort((places_F, keys_F))
    keys_F, places_F = keys_F[order], places_F[order]
    groups_K1 = np.concatenate([[0], np.flatnonzero(np.diff(keys_F)) + 1, [len(keys_F)]]).astype(np.int64)
    text_M = np.searchsorted(offsets_N1, places_F, side="right") - 1
    limits = reach(bytes_U, places_F, offsets_N1[text_M], offsets_N1[text_M + 1], ngram=ngram, units=units)
    parts = [bytes_U[a:b] for a, b in limits.tolist()]
    starts = np.cumsum([0, *map(len, parts)])
    whole = np.concatenate([np.zeros(0, np.uint8), *parts])
    return Contexts(whole, starts, limits[:, 0].copy(), places_F, text_M), groups_K1


def bytes_of(found_M2: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> set[int]:
    return {place for start, end in found_M2.tolist() if start >= 0 for place in range(start, end)}


@settings(max_examples=150, deadline=None)
@given(texts=TEXTS)
def test_exactly_the_bytes_of_repeats_are_found(texts: list[str]) -> None:
    contexts, groups_K1 = contexts_of(texts, NGRAM, UNITS)
    found = repeats(contexts, groups_K1, ngram=NGRAM, units=UNITS)
    assert bytes_of(found) == covered(texts, UNITS)


@settings(max_examples=100, deadline=None)
@given(texts=TEXTS)
def test_compiled_and_plain_agree(texts: list[str]) -> None:
    contexts, groups_K1 = contexts_of(texts, NGRAM, UNITS)
    plain = np.full((len(contexts.place_M), 2), -1, np.int64)
    for first, last in zip(groups_K1[:-1].tolist(), groups_K1[1:].tolist(), strict=True):
        module._repeats_plain(contexts, first, last, module._Sizes(NGRAM, UNITS), plain)
    assert repeats(contexts, groups_K1, ngram=NGRAM, units=UNITS).tolist() == plain.tolist()


@settings(max_examples=50, deadline=None)
@given(texts=TEXTS)
def test_a_group_too_large_for_the_table_is_done_in_passes(texts: list[str]) -> None:
    texts = texts * 3
    contexts, groups_K1 = contexts_of(texts, NGRAM, UNITS)
    whole = repeats(contexts, groups_K1, ngram=NGRAM, units=UNITS)
    assert repeats(contexts, groups_K1, ngram=NGRAM, units=UNITS, slots=1 << 9).tolist() == whole.tolist()


@pytest.mark.parametrize("words", ["The quick brown fox jumps.", "春风又绿江南岸，明月何时照我还"])
def test_a_repeat_shorter_than_asked_is_left(words: str) -> None:
    units = sum(2 if len(char.encode()) > 2 else 1 for char in words)
    for asked, expected in ((units, True), (units + 1, False)):
        contexts, groups_K1 = contexts_of([f"x{words}y", f"z{words}w"], 5, asked)
        assert bool((repeats(contexts, groups_K1, ngram=5, units=asked) >= 0).any()) == expected
