"""Documents to packed tokens: a part at a time, by any worker: split into sentences, encoded, cut by choice, counted.

Legend: N documents of a batch, S sentences, D documents with tokens, E documents after cutting, T tokens, G groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus import parts
from leafout.corpus.parts import Part
from leafout.text.language import coarse, language
from leafout.text.sentences import sentences
from leafout.tokenization.counts import GROUPS, Counts, no_counts, units_of
from leafout.tokenization.cutting import cut
from leafout.tokenization.fast.encoder import Encoder
from leafout.tokenization.load import TOKENIZER_FILE, load_tokenizer, num_ids
from leafout.tokenization.mixture import Mixture
from leafout.tokenization.sample import BATCH_DOCUMENTS, joined
from leafout.tokenization.shards import ShardWriter

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

COPIES = "copies.npy"
"""Beside a part's shards: how often each of its documents is packed."""


@dataclass(frozen=True, slots=True)
class Packing:
    """What is done with a part.

    Attributes:
        tokenizer: its folder.
        phase: where made parts lie.
        text_b: whether second texts belong to their documents.
        max_document_tokens: see `cutting`; 0 cuts nothing.
        weights: see `mixture`.
        fast: whether the kernels may encode.
    """

    tokenizer: Path
    phase: Path
    text_b: bool = True
    max_document_tokens: int = 0
    weights: tuple[tuple[str, float], ...] = ()
    fast: bool = True


def pack_part(part: Part, *, packing: Packing) -> int:
    """Make a part's shards, `copies.npy` and counts; gives its number. Done once; memory: a few times the part."""
    if parts.is_made(packing.phase, part.number):
        return part.number
    encoder, size = encoder_of(packing.tokenizer, fast=packing.fast)
    mixture, counts, copies = Mixture(dict(packing.weights)), no_counts(size), [np.zeros(0, np.int64)]
    columns = ["text", "language", "id", "source", *(["text_b"] if packing.text_b else [])]
    rows = parts.read_rows(part, columns=columns)
    with parts.making(packing.phase, part.number) as out:
        with ShardWriter(out, num_ids=size) as writer:
            for batch in rows.to_batches(max_chunksize=BATCH_DOCUMENTS):
                copies += [_pack_batch(batch, encoder, mixture, packing, counts, writer)]
        np.save(out / COPIES, np.concatenate(copies))
        counts.save(out)
    return part.number


def encoder_of(folder: Path, *, fast: bool = True) -> tuple[Encoder, int]:
    """The encoder of a tokenizer's folder, the same one at each call of a process, and one more than its largest id."""
    return _encoder(folder, (folder / TOKENIZER_FILE).stat().st_mtime_ns, fast)


@lru_cache(maxsize=1)
def _encoder(folder: Path, changed_ns: int, fast: bool) -> tuple[Encoder, int]:  # noqa: FBT001 ARG001 - a cache's key
    """A worker keeps the encoder, and the words it has learnt, from part to part."""
    tokenizer = load_tokenizer(folder)
    return Encoder(tokenizer, fast=fast), num_ids(tokenizer)


def _pack_batch(
    batch: pa.RecordBatch, encoder: Encoder, mixture: Mixture, packing: Packing, counts: Counts, writer: ShardWriter
) -> Int64:
    """Write a batch's documents; gives how often each of them is packed."""
    counts.read += len(batch)
    copies_N = mixture.copies(batch.column("source"), batch.column("id").to_pylist())
    counts.weightless += int((copies_N == 0).sum())
    batch = batch.filter(pa.array(copies_N > 0))
    copies_D = copies_N[copies_N > 0]
    texts = _texts(batch, text_b=packing.text_b)
    pieces = [whole_sentences(text) for text in texts]
    ids_T, lengths_S = encoder.encode(list(chain.from_iterable(pieces)))
    document_S = np.repeat(np.arange(len(texts)), [len(some) for some in pieces])[lengths_S > 0]
    sentences_D = np.bincount(document_S, minlength=len(texts))
    lengths_S = lengths_S[lengths_S > 0]
    tokens_D = np.bincount(document_S, lengths_S, minlength=len(texts)).astype(np.int64)
    counts.emptied += int((tokens_D == 0).sum())
    copies_D[tokens_D == 0] = 1
    counts.copies += int((copies_D - 1).sum())
    codes = [known or language(text) for known, text in zip(batch.column("language").to_pylist(), texts, strict=True)]
    _count(counts, ids_T, tokens_D, copies_D, texts, codes)
    made = cut(lengths_S, sentences_D, packing.max_document_tokens)
    counts.cut_documents += made.documents
    counts.cut_sentences += made.sentences
    kept_E = made.sentences_E > 0
    writer.write(ids_T, made.lengths_S, made.sentences_E[kept_E])
    return copies_D[made.origin_E[kept_E]]


def whole_sentences(text: str) -> list[str]:
    """A text as sentences that give the text again when joined: white space goes with the sentence after it."""
    pieces, start = [], 0
    for sentence in sentences(text):
        end = text.index(sentence, start) + len(sentence)
        pieces.append(text[start:end])
        start = end
    if pieces:
        pieces[-1] += text[start:]
    return pieces


def _texts(batch: pa.RecordBatch, *, text_b: bool) -> list[str]:
    firsts: list[str] = batch.column("text").to_pylist()
    return joined(firsts, batch.column("text_b").to_pylist()) if text_b else firsts


def _count(
    counts: Counts, ids_T: Int32, tokens_D: Int64, copies_D: Int64, texts: Sequence[str], codes: Sequence[str]
) -> None:
    group_D = np.array([GROUPS.index(coarse(code)) for code in codes], np.int64)
    copies_T, group_T = np.repeat(copies_D, tokens_D), np.repeat(group_D, tokens_D)
    size = counts.ids_GV.shape[1]
    for group in np.unique(group_T).tolist():
        of_group = group_T == group
        counts.ids_GV[group] += np.bincount(ids_T[of_group], copies_T[of_group], minlength=size).astype(np.int64)
    for text, code, tokens, copies in zip(texts, codes, tokens_D.tolist(), copies_D.tolist(), strict=True):
        counts.text_bytes += copies * len(text.encode())
        counts.documents[code] += copies
        counts.tokens[code] += copies * tokens
        counts.units[code] += copies * units_of(text, code)
