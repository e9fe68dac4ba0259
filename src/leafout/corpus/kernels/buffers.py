"""Arrow strings as plain arrays: the bytes of all texts and where each begins, without a copy where there need be none.

Legend: U bytes, N texts.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

UInt8 = NDArray[np.uint8]
Int64 = NDArray[np.int64]


def utf8(array: pa.Array | pa.ChunkedArray) -> tuple[UInt8, Int64]:
    """The bytes of texts and their borders: text n is `bytes_U[offsets_N1[n] : offsets_N1[n + 1]]`.

    Args:
        array: of strings (32- or 64-bit offsets); a null counts as the empty text.

    Returns:
        bytes_U: read-only, the array's own memory (one copy where it has several chunks).
        offsets_N1: N + 1 of them, rising.

    Raises:
        TypeError: when the array holds no strings.
    """
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if isinstance(whole, pa.ChunkedArray):  # older pyarrow: no chunk at all
        whole = pa.array([], array.type)
    if pa.types.is_string(whole.type):
        kind: type[np.int32 | np.int64] = np.int32
    elif pa.types.is_large_string(whole.type):
        kind = np.int64
    else:
        raise TypeError(f"strings are wanted, not {whole.type}")
    if whole.null_count:
        whole = whole.fill_null("")
    _, places, data = whole.buffers()
    if not len(whole) or places is None:
        return np.zeros(0, np.uint8), np.zeros(len(whole) + 1, np.int64)
    offsets_N1 = np.frombuffer(places, kind)[whole.offset : whole.offset + len(whole) + 1].astype(np.int64)
    first, last = int(offsets_N1[0]), int(offsets_N1[-1])
    bytes_U = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)[first:last]
    return bytes_U, offsets_N1 - first
