"""Documents to packed tokens: split into sentences, encoded in parallel batches, written as they come.

Legend: S sentences of a batch, D documents of a batch.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tokenizers import Tokenizer

from leafout.corpus.documents import read_batches
from leafout.text.language import language
from leafout.text.sentences import sentences
from leafout.tokenization.sample import BATCH_DOCUMENTS, joined
from leafout.tokenization.shards import ShardWriter

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@dataclass
class Counts:
    """What was counted while packing.

    Attributes:
        read, emptied: documents, and those without a single token (they are left out).
        text_bytes: of all texts, in UTF-8.
        ids_V: how often each id occurs.
        documents, tokens, units: by language; units are Chinese characters, or words between spaces elsewhere.
    """

    ids_V: Int64
    read: int = 0
    emptied: int = 0
    text_bytes: int = 0
    documents: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Packed:
    """A batch: ids of all sentences, the tokens of each sentence, the sentences of each document."""

    ids: Int32
    lengths_S: Int64
    sentences_D: Int64


class Packer:
    """Encodes documents with one tokenizer; a text that spells a special token stays text.

    Args:
        tokenizer: its own flag for special tokens is set.
        num_ids: ids are below it.
    """

    def __init__(self, tokenizer: Tokenizer, *, num_ids: int) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer, self._num_ids = tokenizer, num_ids

    def pack(self, source: Path, target: Path, *, text_b: bool) -> Iterator[Counts]:
        """Pack the documents of a folder; yields the running counts after each batch, the last ones at the end.

        Args:
            source: of documents.
            target: receives shards.
            text_b: whether second texts belong to their documents.
        """
        counts = Counts(np.zeros(self._num_ids, np.int64))
        columns = ["text", "text_b", "language"] if text_b else ["text", "language"]
        with ShardWriter(target, num_ids=self._num_ids) as writer:
            for batch in read_batches(source, columns=columns, batch_rows=BATCH_DOCUMENTS):
                texts = _texts(batch, text_b=text_b)
                packed = self._encode(texts)
                _count(counts, packed, texts, batch.column("language").to_pylist())
                kept_S, kept_D = packed.lengths_S > 0, packed.sentences_D > 0
                writer.write(packed.ids, packed.lengths_S[kept_S], packed.sentences_D[kept_D])
                yield counts
        yield counts

    def _encode(self, texts: Sequence[str]) -> _Packed:
        pieces = [whole_sentences(text) for text in texts]
        flat = list(chain.from_iterable(pieces))
        encodings = self._tokenizer.encode_batch_fast(flat, add_special_tokens=False)
        lengths_S = np.fromiter(map(len, encodings), np.int64, len(flat))
        tokens = chain.from_iterable(encoding.ids for encoding in encodings)
        ids = np.fromiter(tokens, np.int32, int(lengths_S.sum()))
        document_S = np.repeat(np.arange(len(texts)), [len(some) for some in pieces])
        sentences_D = np.bincount(document_S[lengths_S > 0], minlength=len(texts))
        return _Packed(ids, lengths_S, sentences_D)


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


def _count(counts: Counts, packed: _Packed, texts: Sequence[str], languages: Sequence[str | None]) -> None:
    counts.read += len(texts)
    counts.emptied += int((packed.sentences_D == 0).sum())
    counts.ids_V += np.bincount(packed.ids, minlength=len(counts.ids_V))
    ends_D = np.cumsum(packed.sentences_D)
    starts_S = np.concatenate(([0], np.cumsum(packed.lengths_S[packed.lengths_S > 0])))
    tokens_D = np.diff(starts_S[np.concatenate(([0], ends_D))])
    for text, known, tokens in zip(texts, languages, tokens_D.tolist(), strict=True):
        spoken = known or language(text)
        words = text.split()
        counts.text_bytes += len(text.encode())
        counts.documents[spoken] += 1
        counts.tokens[spoken] += tokens
        counts.units[spoken] += sum(map(len, words)) if spoken == "zh" else len(words)
