"""Near-duplicate texts: clusters of texts that share a band key and whose true Jaccard similarity is high enough.

Two texts are near-duplicates when the Jaccard similarity of their sets of three-unit shingles reaches a threshold. Band
keys (`kernels.minhash`) name the candidates, each is verified on its texts, and a cluster is what verified pairs
connect. So nothing joins by chance, and the result depends on the sequence of texts alone: not on parts, workers or
memory.

Bytes a text costs on the way: 8 for each band on disk (168 at a threshold of 0.8) while its keys are kept; in memory 8
for its cluster and up to 26 while a band is sorted (over 2 million texts: in files of 16 bytes a text).

Legend: B bands, N texts, M distinct clusters.
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.minhash import band_keys
from leafout.corpus.kernels.near_pairs import are_apart, flatten, join
from leafout.corpus.near_candidates import banding, groups, pair_rounds
from leafout.corpus.near_rules import NearDedup
from leafout.corpus.near_verification import Verifier
from leafout.corpus.text_stores import ArrayTexts, TextStore

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]

_CHUNK_TEXTS = 20_000


def keys_of(texts: pa.Array, *, threshold: float) -> UInt64:
    """The band keys [B, N] of texts: what `clusters_on_disk` and `near_index.write_index` take, saved by `np.save`.

    A text's keys depend on the text and the threshold alone.

    Args:
        texts: strings, of a document as `text_stores.joined_texts` gives them.
        threshold: least Jaccard similarity that will be asked for.
    """
    cut = banding(threshold)
    return band_keys(*utf8(texts), bands=cut.bands, rows=cut.rows)


def clusters(
    texts: Sequence[str] | pa.Array | pa.ChunkedArray,
    *,
    threshold: float,
    progress: Callable[[int, int], None] | None = None,
) -> Int64:
    """Group near-duplicates of texts in memory.

    Args:
        texts: all of them.
        threshold: least Jaccard similarity of shingles for two texts to be one cluster, 0 to 1.
        progress: called with (texts done, texts in all).

    Returns:
        For each text the index of the first text of its cluster; its own where it has no near-duplicate.
    """
    array = _array(texts)
    keys = []
    for first in range(0, len(array), _CHUNK_TEXTS):
        keys.append(keys_of(array.slice(first, _CHUNK_TEXTS), threshold=threshold))
        if progress is not None:
            progress(min(first + _CHUNK_TEXTS, len(array)), len(array))
    return _connected(keys, len(array), ArrayTexts(array), threshold, None, None)


def clusters_on_disk(
    keys: Sequence[Path],
    store: TextStore,
    *,
    threshold: float,
    scratch: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Int64:
    """Group near-duplicates of texts on disk; the same result as `clusters` of all texts in a row.

    Args:
        keys: for each part its `keys_of`, saved by `np.save`; they are mapped, a band at a time.
        store: gives the texts of all parts by row; few are asked for.
        threshold: that of the keys.
        scratch: a folder for files of 16 bytes a text, removed again; used over 2 million texts.
        progress: called with (bands done, bands in all).

    Returns:
        For each text the index of the first text of its cluster; its own where it has no near-duplicate.
    """
    num_texts = sum(np.load(path, mmap_mode="r").shape[1] for path in keys)
    return _connected(list(keys), num_texts, store, threshold, scratch, progress)


def _connected(
    keys: Sequence[UInt64 | Path],
    num_texts: int,
    store: TextStore,
    threshold: float,
    scratch: Path | None,
    progress: Callable[[int, int], None] | None,
) -> Int64:
    parent_N = np.arange(num_texts)
    verifier = Verifier(store, threshold)
    num_bands = banding(threshold).bands
    for band in range(num_bands if num_texts else 0):
        for rows_G, starts_K in groups(keys, band, scratch):
            for first_P, second_P in pair_rounds(rows_G, starts_K):
                apart_P = are_apart(parent_N, first_P, second_P)
                first, second = first_P[apart_P], second_P[apart_P]
                passing = verifier.passing(first, second)
                join(parent_N, first[passing], second[passing])
        if progress is not None:
            progress(band + 1, num_bands)
    flatten(parent_N)
    return parent_N


def _array(texts: Sequence[str] | pa.Array | pa.ChunkedArray) -> pa.Array:
    """Strings as Arrow's, lone surrogates too."""
    if isinstance(texts, pa.Array):
        return texts
    if isinstance(texts, pa.ChunkedArray):
        chunks = [chunk.cast(pa.large_string()) for chunk in texts.chunks]
        return pa.concat_arrays(chunks or [pa.array([], pa.large_string())])
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(data) for data in encoded], dtype=np.int64)])
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def best_of_clusters(
    clusters_N: Int64,
    rule: NearDedup,
    *,
    lengths_N: Int64,
    times: pa.Array | None = None,
    sources: pa.Array | None = None,
) -> NDArray[np.bool_]:
    """Which text of each cluster stays.

    By default the longest: near-duplicates differ mostly by what a crawl, a quote or a feed cut off, and the longest
    lost least. Ties are broken by the longer, then by the earlier.

    Args:
        clusters_N: the cluster of each text, any numbers (add the label to keep copies that are labelled differently).
        rule: which copy.
        lengths_N: of the texts, in characters or bytes.
        times: ISO 8601 strings, needed for `newest`; a text without a time is older than any other.
        sources: the name of each text's source, needed for `prefer`.

    Returns:
        True for one text of each cluster [N].
    """
    ranks = [np.arange(len(clusters_N))]
    if rule.keep != "first":
        ranks.append(-lengths_N)
    if rule.keep == "newest" and times is not None:
        ranks.append(-_moments(times))
    if rule.prefer and sources is not None:
        ranks.append(_places(sources, rule.prefer))
    order_N = np.lexsort([*ranks, clusters_N])
    ordered_N = clusters_N[order_N]
    stays_N = np.zeros(len(clusters_N), bool)
    stays_N[order_N[np.flatnonzero(np.concatenate([[True], ordered_N[1:] != ordered_N[:-1]])[: len(order_N)])]] = True
    return stays_N


def _places(sources: pa.Array, prefer: Sequence[str]) -> Int64:
    """The place of each source in the list of the preferred ones; the list's length where it is none of them."""
    coded = sources.dictionary_encode()
    names = [name or "" for name in coded.dictionary.to_pylist()]
    places = [next((n for n, like in enumerate(prefer) if fnmatchcase(name, like)), len(prefer)) for name in names]
    return _looked_up(coded, [*places, len(prefer)])


def _moments(times: pa.Array) -> Int64:
    """Microseconds since 1970; the least there are where a time is missing or is none."""
    coded = times.dictionary_encode()
    moments = [_moment(text or "") for text in coded.dictionary.to_pylist()]
    return _looked_up(coded, [*moments, -(2**62)])


def _looked_up(coded: pa.DictionaryArray, values: Sequence[int]) -> Int64:
    """For each row the value of its word in the dictionary; the last value for a null."""
    codes_N: Int64 = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
    return np.array(values, np.int64)[codes_N]


def _moment(text: str) -> int:
    from datetime import UTC, datetime, timedelta

    filled = text if len(text) > 7 else {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    try:
        moment = datetime.fromisoformat(filled)
    except ValueError:
        return -(2**62)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
