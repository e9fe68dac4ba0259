from itertools import pairwise

import numpy as np
import pyarrow as pa

from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.minhash_plain import FIRST, GOLDEN, SECOND, band_keys, shingles

WRAP = 2**64


def by_hand(units: list[str]) -> list[int]:
    """The shingles of units, in plain integers."""
    hashes = []
    for unit in units:
        value = 0
        for char in unit:
            value = (value + ord(char)) * int(GOLDEN) % WRAP
        hashes.append((value ^ value >> 32) * int(FIRST) % WRAP)
    found = []
    for place in range(max(len(hashes) - 2, 1)):
        value = 0
        for step, unit_hash in enumerate(hashes[place : place + 3]):
            turn = 21 * step
            value += (unit_hash << turn | unit_hash >> (64 - turn)) % WRAP
        value %= WRAP
        value = (value ^ value >> 31) * int(SECOND) % WRAP
        found.append(value ^ value >> 32)
    return found


def test_shingles_are_what_the_definition_says() -> None:
    texts = ["One two, three four", "今天 Go 玩", "short", "Große 叶"]
    units = [["one", "two", "three", "four"], ["今", "天", "go", "玩"], ["short"], ["grosse", "叶"]]
    values_S, starts_N1 = shingles(*utf8(pa.array(texts)))
    wanted = [by_hand(row) for row in units]
    assert [values_S[a:b].tolist() for a, b in pairwise(starts_N1)] == wanted


def test_chunks_change_nothing() -> None:
    texts = [f"text number {number} 第{number}篇" for number in range(4100)]
    bytes_U, offsets_N1 = utf8(pa.array(texts))
    keys_BN = band_keys(bytes_U, offsets_N1, bands=2, rows=2)
    last = slice(int(offsets_N1[4097]), int(offsets_N1[4098]))
    alone = band_keys(bytes_U[last], np.array([0, last.stop - last.start], np.int64), bands=2, rows=2)
    assert keys_BN[:, 4097].tolist() == alone[:, 0].tolist()
    assert len(np.unique(keys_BN[0])) > 4000
