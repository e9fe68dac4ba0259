"""The inputs of a packed ONNX graph, from a batch without padding.

Legend: B rows, S tokens of the longest row, T tokens of all rows.
"""

import numpy as np
from numpy.typing import NDArray

from leafout.tasks.example import Batch


def packed_inputs(batch: Batch) -> dict[str, NDArray[np.int32]]:
    """What the graph of `compression/packed_graph.py` is fed.

    Returns:
        `ids`, `segments`, `positions` [T]; `pad` [B, S], the place in the stream of each padded place (0 where there is
        none); `mask` [B, S], 1 for tokens; `unpad` [T], the padded place of each token; `first` [B], where rows start.
    """
    starts_B = batch.starts_B1[:-1]
    lengths_B = np.diff(batch.starts_B1)
    columns_S = np.arange(batch.max_tokens, dtype=np.int32)
    is_token_BS = columns_S < lengths_B[:, None]
    return {
        "ids": batch.ids_T,
        "segments": batch.segments_T,
        "positions": batch.positions_T,
        "pad": np.where(is_token_BS, starts_B[:, None] + columns_S, 0).astype(np.int32),
        "mask": is_token_BS.astype(np.int32),
        "unpad": np.flatnonzero(is_token_BS).astype(np.int32),
        "first": starts_B.astype(np.int32),
    }
