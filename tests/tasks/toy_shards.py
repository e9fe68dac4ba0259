"""Shards in memory, and properties every batch must have."""

from collections.abc import Sequence

import numpy as np

from leafout.tokenization.shards import TokenShards


def shards_of(documents: Sequence[Sequence[Sequence[int]]]) -> TokenShards:
    """Shards of documents given as lists of sentences of ids."""
    sentences = [sentence for document in documents for sentence in document]
    ids = [token for sentence in sentences for token in sentence]
    return TokenShards(
        np.array(ids, np.uint16),
        np.cumsum([0, *(len(sentence) for sentence in sentences)], dtype=np.int64),
        np.cumsum([0, *(len(document) for document in documents)], dtype=np.int64),
    )


def random_shards(num_documents: int, *, seed: int = 0, longest: int = 30, sentences: int = 12) -> TokenShards:
    """Documents of random sentences; each id is unique, so that it says where it came from."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, sentences + 1, num_documents)
    lengths = random.integers(1, longest + 1, counts.sum())
    return TokenShards(
        np.arange(lengths.sum(), dtype=np.int32) + 10,
        np.concatenate(([0], np.cumsum(lengths))),
        np.concatenate(([0], np.cumsum(counts))),
    )
