"""Packed tokens on disk: one long array of ids, where sentences begin, where documents begin; memory-mapped.

A folder holds `ids.npy` (uint16, or int32 for more than 65,536 ids), `sentences.npy` (int64, offsets into ids) and
`documents.npy` (int64, offsets into sentences): plain NumPy files that any tool reads. Documents are whole.

Legend: S sentences, D documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError

Int64 = NDArray[np.int64]
_UINT16_IDS = 1 << 16


@dataclass(frozen=True, slots=True)
class TokenShards:
    """The tokens of documents, one after another, without special tokens.

    Attributes:
        ids: uint16 or int32, memory-mapped.
        sentences: S + 1 offsets into `ids`; no sentence is empty.
        documents: D + 1 offsets into `sentences`; no document is empty.
    """

    ids: NDArray[np.integer]
    sentences: Int64
    documents: Int64

    @property
    def num_documents(self) -> int:
        """How many documents there are."""
        return len(self.documents) - 1


class ShardWriter:
    """Writes documents as they come, in constant memory.

    Args:
        folder: made when it is not there.
        num_ids: ids are below it; decides their type on disk.
    """

    def __init__(self, folder: Path, *, num_ids: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ids = _Growing(folder / "ids.npy", np.dtype("<u2" if num_ids <= _UINT16_IDS else "<i4"))
        self._sentences = _Growing(folder / "sentences.npy", np.dtype("<i8"))
        self._documents = _Growing(folder / "documents.npy", np.dtype("<i8"))
        self._sentences.append([0])
        self._documents.append([0])
        self._num_sentences = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (self._ids, self._sentences, self._documents):
            file.close()

    def write(
        self, ids: NDArray[np.integer], sentence_lengths_S: NDArray[np.integer], sentences_D: NDArray[np.integer]
    ) -> None:
        """Add documents.

        Args:
            ids: their tokens, one after another.
            sentence_lengths_S: tokens of each sentence.
            sentences_D: sentences of each document.
        """
        assert int(sentence_lengths_S.sum()) == len(ids)
        assert int(sentences_D.sum()) == len(sentence_lengths_S)
        self._sentences.append(self._ids.count + np.cumsum(sentence_lengths_S, dtype=np.int64))
        self._documents.append(self._num_sentences + np.cumsum(sentences_D, dtype=np.int64))
        self._ids.append(ids)
        self._num_sentences += len(sentence_lengths_S)


class _Growing:
    """A one-dimensional .npy file that grows at its end; NumPy's header keeps room for the final length."""

    def __init__(self, path: Path, dtype: np.dtype[np.generic]) -> None:
        self.count = 0
        self._dtype = dtype
        self._file: BinaryIO = path.open("wb")
        self._header_bytes = self._write_header()

    def append(self, values: NDArray[np.generic] | Sequence[int]) -> None:
        """Add values."""
        array = np.ascontiguousarray(values, self._dtype)
        self._file.write(array.data)
        self.count += len(array)

    def close(self) -> None:
        """Write the length into the header."""
        self._file.seek(0)
        assert self._write_header() == self._header_bytes
        self._file.close()

    def _write_header(self) -> int:
        about = {"descr": self._dtype.str, "fortran_order": False, "shape": (self.count,)}
        np.lib.format.write_array_header_1_0(self._file, about)
        return self._file.tell()


def read_shards(folder: Path) -> TokenShards:
    """Open the shards in a folder (`train/` or `val/` of what `tokenize` made).

    Raises:
        LeafoutError: when a file is absent or damaged, or offsets do not fit.
    """
    ids = _open(folder / "ids.npy", ("<u2", "<i4"))
    sentences, documents = _open(folder / "sentences.npy", ("<i8",)), _open(folder / "documents.npy", ("<i8",))
    _check(folder / "sentences.npy", sentences, len(ids))
    _check(folder / "documents.npy", documents, len(sentences) - 1)
    return TokenShards(ids, sentences, documents)


def _open(path: Path, dtypes: tuple[str, ...]) -> NDArray[Any]:
    hint = "give the `train` folder of what `tokenize` made"
    try:
        values: NDArray[Any] = np.load(path, mmap_mode="r" if _has_values(path) else None, allow_pickle=False)
    except FileNotFoundError:
        raise LeafoutError(f"there is no `{path.name}`", where=str(path.parent), hint=hint) from None
    except (ValueError, EOFError, OSError) as error:
        raise LeafoutError(f"`{path.name}` is no NumPy file: {error}", where=str(path), hint=hint) from None
    if values.ndim != 1 or values.dtype.str not in dtypes:
        said = f"`{path.name}` holds {values.ndim} dimensions of {values.dtype}, not one of {' or '.join(dtypes)}"
        raise LeafoutError(said, where=str(path), hint=hint)
    return values


def _has_values(path: Path) -> bool:
    """Whether there is anything behind the header; nothing cannot be mapped."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"version {version} of the format is not ours")
        shape, _, _ = np.lib.format.read_array_header_1_0(file)
    return 0 not in shape


def _check(path: Path, offsets: NDArray[np.generic], end: int) -> None:
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != end or bool((np.diff(offsets) <= 0).any()):
        raise LeafoutError(f"`{path.name}` does not rise from 0 to {end}", where=str(path), hint="tokenize again")
