from itertools import pairwise
from math import log, sqrt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import units as module
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.pieces import Fold, fold_table
from leafout.corpus.kernels.units import Units, gram_counts, gram_dots, gram_vectors, units

TEXTS = st.lists(st.text(alphabet="ab Z19０\n,。分享叶É\u3000\u200b𠀀🙂-'", max_size=40), max_size=5)


def units_of(texts: list[str], *, punctuation: bool = False, numbers: bool = False) -> Units:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    return units(bytes_U, offsets_N1[:-1], offsets_N1[1:], punctuation=punctuation, numbers=numbers)


def test_words_characters_and_punctuation_are_units() -> None:
    found = units_of(["The chip, 芯片 2nm!", "the CHIP 芯片 33nm", "THE，chip"], punctuation=True)
    first, second, third = (
        found.keys_V[a:b].tolist() for a, b in zip(found.first_N1, found.first_N1[1:], strict=False)
    )
    assert len(first) == 7
    assert [first[place] for place in (0, 1, 3, 4, 5)] == second
    assert third[0::2] == first[:2]
    assert found.wide_V.tolist()[:7] == [False, False, False, True, True, False, False]


def test_without_punctuation_it_only_parts_words_and_numbers_count_by_choice() -> None:
    plain = units_of(["well-known, 叶。", "well known 叶"])
    assert plain.keys_V[:3].tolist() == plain.keys_V[3:].tolist()
    folded = units_of(["5G", "4g", "４g"])
    assert len(set(folded.keys_V.tolist())) == 1
    kept = units_of(["5G", "4g", "4G", "10", "100"], numbers=True)
    assert len(set(kept.keys_V.tolist())) == 4


@settings(max_examples=80, deadline=None)
@given(texts=TEXTS, punctuation=st.booleans(), numbers=st.booleans(), bits=st.integers(3, 12))
def test_compiled_and_plain_agree(texts: list[str], punctuation: bool, numbers: bool, bits: int) -> None:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    found = units_of(texts, punctuation=punctuation, numbers=numbers)
    table = fold_table(Fold(case=True, digits=not numbers, punctuation=not punctuation))
    plain = module._units_plain(bytes_U, offsets_N1[:-1], offsets_N1[1:], table)
    assert [part.tolist() for part in found] == [part.tolist() for part in plain]
    counts = gram_counts(found, bits=bits)
    assert [part.tolist() for part in counts] == [part.tolist() for part in module._gram_counts_plain(*found, bits)]


@settings(max_examples=30, deadline=None)
@given(texts=TEXTS, seed=st.integers(0, 9))
def test_products_are_those_of_the_vectors_to_the_last_bit(texts: list[str], seed: int) -> None:
    draw = np.random.default_rng(seed)
    found = units_of(texts, punctuation=True)
    scale_W, weights_TW = draw.random(256, np.float32), draw.standard_normal((2, 256)).astype(np.float32)
    dots_TN = gram_dots(found, weights_TW, scale_W)
    buckets_F, values_F, first_N1 = gram_vectors(found, scale_W)
    for text, (first, last) in enumerate(pairwise(first_N1)):
        for topic in range(2):
            total = 0.0
            for bucket, value in zip(buckets_F[first:last], values_F[first:last], strict=True):
                total += value * weights_TW[topic, bucket]
            assert dots_TN[topic, text] == total


def test_a_vector_has_length_one_and_damped_counts() -> None:
    found = units_of(["leaf leaf leaf"])
    _, values_F, _ = gram_vectors(found, np.ones(1 << 12, np.float32))
    leaf, pair = 1 + log(3), 1 + log(2)
    assert values_F.tolist() == pytest.approx([leaf / sqrt(leaf**2 + pair**2), pair / sqrt(leaf**2 + pair**2)])


def test_three_chinese_characters_are_an_ngram_and_three_words_are_none() -> None:
    counts = gram_counts(units_of(["春风又", "a b c"]), bits=20)
    assert np.diff(counts[2]).tolist() == [6, 5]
