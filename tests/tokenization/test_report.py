from collections import Counter
from pathlib import Path

import numpy as np

from leafout.tokenization.counts import Counts, no_counts
from leafout.tokenization.report import bytes_per_token, coarse_fertility, describe, fertility, unknown_fraction
from leafout.tokenization.shards import ShardWriter, TokenShards, read_shards

COUNTS = Counts(
    np.array([[0, 1, 3, 2], [0, 1, 2, 1], [0, 0, 0, 0]]),
    read=3,
    emptied=1,
    text_bytes=25,
    documents=Counter(zh=2, en=1),
    tokens=Counter(zh=6, en=4, ja=3, fr=1),
    units=Counter(zh=8, en=3, ja=2, fr=2, other=0),
)


def shards(folder: Path) -> TokenShards:
    with ShardWriter(folder, num_ids=4) as writer:
        writer.write(np.ones(203, np.int32), np.array([1, 2, 200]), np.array([2, 1]))
    return read_shards(folder)


def test_fertility_is_tokens_a_unit_of_each_language() -> None:
    assert fertility(COUNTS) == {"en": 1.3333, "fr": 0.5, "ja": 1.5, "zh": 0.75}
    assert coarse_fertility(COUNTS) == {"en": 1.3333, "other": 1.0, "zh": 0.75}


def test_unknown_and_bytes_are_shares_of_all_tokens() -> None:
    assert unknown_fraction(COUNTS, 1) == 0.2
    assert unknown_fraction(COUNTS, None) == 0
    assert bytes_per_token(COUNTS) == 2.5


def test_nothing_has_no_shares() -> None:
    nothing = no_counts(4)
    assert (unknown_fraction(nothing, 1), bytes_per_token(nothing), fertility(nothing)) == (0, 0, {})
    assert coarse_fertility(nothing) == {}


def test_lengths_are_those_of_the_shards(tmp_path: Path) -> None:
    found = describe(COUNTS, shards(tmp_path), unk_id=1)
    assert found["document_tokens"] == {"median": 3, "p90": 3, "p99": 3, "longest": 200}
    assert found["documents_longer_than"] == {"128": 1, "256": 0, "512": 0, "1024": 0}
    assert (found["documents"], found["sentences"], found["tokens"], found["ids_used"]) == (2, 3, 203, 3)
    assert found["unused_fraction"] == 0.25


def test_empty_shards_have_no_lengths(tmp_path: Path) -> None:
    with ShardWriter(tmp_path, num_ids=4):
        pass
    found = describe(no_counts(4), read_shards(tmp_path), unk_id=None)
    assert (found["document_tokens"], found["tokens"]) == ({}, 0)
