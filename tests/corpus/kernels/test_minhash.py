import os
import re
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import minhash_plain
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.jit import COMPILED
from leafout.corpus.kernels.minhash import Shingles, band_keys, shingles
from leafout.corpus.near_duplicates import keys_of

CHARS = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from("aZéßİŉΣςЯ我是叶子的，。！ 　,.-0９Ａｚ・々〇한글กด👍🏽️﻿\n"),
)
TEXTS = st.lists(st.text(CHARS, max_size=60), max_size=12)


def found(*texts: str) -> Shingles:
    return shingles(*utf8(pa.array(texts, pa.string())))


def reference_jaccard(first: str, second: str) -> float:
    """Plain Jaccard of three-unit shingles."""

    def of(text: str) -> set[tuple[str, ...]]:
        units = re.findall("[\u4e00-\u9fff]|[a-z0-9]+", text.lower())
        return {tuple(units[i : i + 3]) for i in range(max(1, len(units) - 2))}

    a, b = of(first), of(second)
    return len(a & b) / len(a | b)


PAIRS = [
    ("The quick brown fox jumps over the lazy dog", "the quick, brown fox jumps over the LAZY dog!"),
    ("The quick brown fox jumps over the lazy dog", "The quick brown cat jumps over the lazy dog"),
    ("今天天气很好，我们去公园玩", "今天天气很好，我们去公园散步"),
    ("买了 iPhone 15 很满意", "买了 iPhone 14 很满意"),
    ("完全不同的一句话", "nothing in common here at all"),
    ("短", "短"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_shingles_give_the_plain_jaccard(first: str, second: str) -> None:
    both = found("", first, "x", second, "。！")
    a, b = set(both.of(1).tolist()), set(both.of(3).tolist())
    assert len(a & b) / len(a | b) == pytest.approx(reference_jaccard(first, second))


@settings(max_examples=100, deadline=None)
@given(texts=TEXTS, bands=st.integers(1, 9), rows=st.integers(1, 5))
@example(texts=["", "!", "?", "a", "a b", "叶", "ß", "ŉ a", "İ"], bands=3, rows=2)
@example(texts=["word " * 50, "我们" * 50, "a叶" * 40], bands=16, rows=5)
def test_the_compiled_pass_and_the_plain_one_give_the_same_numbers(texts: list[str], bands: int, rows: int) -> None:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    values_S, starts_N1 = minhash_plain.shingles(bytes_U, offsets_N1)
    compiled = shingles(bytes_U, offsets_N1)
    assert np.array_equal(compiled.starts_N1, starts_N1)
    assert np.array_equal(compiled.values_S, values_S)
    plain_BN = minhash_plain.band_keys(bytes_U, offsets_N1, bands=bands, rows=rows)
    assert np.array_equal(band_keys(bytes_U, offsets_N1, bands=bands, rows=rows), plain_BN)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=80), cuts=st.lists(st.integers(0, 80), max_size=4))
def test_bytes_that_are_no_utf8_are_borne_and_never_read_past_a_text(data: bytes, cuts: list[int]) -> None:
    offsets_N1 = np.array([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)], np.int64)
    together = shingles(np.frombuffer(data, np.uint8), offsets_N1)
    for text in range(len(offsets_N1) - 1):
        piece = data[offsets_N1[text] : offsets_N1[text + 1]]
        alone = shingles(np.frombuffer(piece, np.uint8), np.array([0, len(piece)], np.int64))
        assert alone.of(0).tolist() == together.of(text).tolist()


def sketch_agreement(size: int, kept: int, make: str) -> tuple[float, float]:
    """Share of equal one-row keys of two texts, and their true similarity."""
    draw = np.random.default_rng(size)
    words = [make.format(n) if "{" in make else chr(0x4E00 + n) for n in draw.permutation(5000)[: size + 40]]
    join = " ".join if "{" in make else "".join
    both = found(join(words[:size]), join(words[:kept] + words[size : 2 * size - kept]))
    ours, theirs = set(both.of(0).tolist()), set(both.of(1).tolist())
    keys_B2 = band_keys(
        *utf8(pa.array([join(words[:size]), join(words[:kept] + words[size : 2 * size - kept])])), bands=2000, rows=1
    )
    return float(np.mean(keys_B2[:, 0] == keys_B2[:, 1])), len(ours & theirs) / len(ours | theirs)


@pytest.mark.parametrize("make", ["w{}", "zh"])
@pytest.mark.parametrize(("size", "kept"), [(12, 9), (60, 50), (400, 370), (4000, 3970)])
def test_bins_agree_as_often_as_shingles_do(size: int, kept: int, make: str) -> None:
    agreement, jaccard = sketch_agreement(size, kept, make)
    assert agreement == pytest.approx(jaccard, abs=0.035)


def test_a_text_does_not_depend_on_its_company() -> None:
    alone, among = found("İstanbul 和 leaf"), found("a b c d", "İstanbul 和 leaf", "叶")
    assert alone.of(0).tolist() == among.of(1).tolist()


def test_texts_without_a_unit_equal_only_their_equals() -> None:
    values = found("", "!!!", "???", "!!!", "").values_S.tolist()
    assert values[1] == values[3]
    assert values[0] == values[4]
    assert len(set(values)) == 3


def test_keys_are_those_of_the_first_release() -> None:
    keys_BN = band_keys(*utf8(pa.array(["The quick brown fox jumps", "今天天气很好，我们去公园玩"])), bands=2, rows=3)
    assert keys_BN.tolist() == [[9965010855808123117, 7094202758321837647], [9211074710190154944, 18283230534776441157]]


TEXTS_OF_BOTH = ["The quick brown fox jumps over it", "the quick brown fox jumps over it!", "今天天气很好，去玩"]


def test_without_a_compiler_the_numbers_are_the_same() -> None:
    code = f"""if True:
        import pyarrow as pa
        from leafout.corpus.kernels.jit import COMPILED
        from leafout.corpus.near_duplicates import clusters, keys_of
        texts = {TEXTS_OF_BOTH}
        print(COMPILED, clusters(texts, threshold=0.8).tolist(), keys_of(pa.array(texts), threshold=0.8).sum())
    """
    env = os.environ | {"LEAFOUT_NO_COMPILER": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert COMPILED
    assert done.stdout.split() == [
        "False",
        "[0,",
        "0,",
        "2]",
        str(keys_of(pa.array(TEXTS_OF_BOTH), threshold=0.8).sum()),
    ]
