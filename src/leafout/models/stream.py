"""A batch as tensors: one stream of tokens without padding, and what attention needs to keep its rows apart.

Legend: B rows, S tokens of the longest row, T tokens of all rows.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class TokenRows(Protocol):
    """Any batch that lies in one stream: `Batch`, `MaskedBatch`, `CausalBatch`."""

    @property
    def ids_T(self) -> NDArray[np.int32]:
        """Token ids of all rows, one row after another."""

    @property
    def positions_T(self) -> NDArray[np.int32]:
        """The place of each token in its own row."""

    @property
    def segments_T(self) -> NDArray[np.int32]:
        """Token types."""

    @property
    def starts_B1(self) -> NDArray[np.int32]:
        """Where each row starts, and the end."""

    @property
    def max_tokens(self) -> int:
        """Tokens of the longest row."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The tensors of a batch on a device; row b is `starts_B[b]` and what follows.

    Attributes:
        ids_T, positions_T, segments_T: int64.
        starts_B: the first token of each row.
        num_rows, max_tokens: B and S.
        pad_BS: the place in the stream of each padded place (of another token where there is none), [B * S];
            None where all rows are of one length and the stream is its own padded form.
        unpad_T: the padded place of each token.
        mask_B11S: True for tokens, for attention.
    """

    ids_T: Tensor
    positions_T: Tensor
    segments_T: Tensor
    starts_B: Tensor
    num_rows: int
    max_tokens: int
    pad_BS: Tensor | None
    unpad_T: Tensor | None
    mask_B11S: Tensor | None

    @staticmethod
    def of(batch: TokenRows, device: str | torch.device = "cpu") -> "Stream":
        """The tensors of a batch."""

        def moved(values: NDArray[np.generic]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values)).to(device, non_blocking=True)

        starts_B1 = np.asarray(batch.starts_B1, np.int64)
        lengths_B, longest = np.diff(starts_B1), batch.max_tokens
        is_token_BS = np.arange(longest) < lengths_B[:, None]
        ragged = not is_token_BS.all()
        pad_BS = np.where(is_token_BS, starts_B1[:-1, None] + np.arange(longest), 0).ravel()
        return Stream(
            ids_T=moved(np.asarray(batch.ids_T, np.int64)),
            positions_T=moved(np.asarray(batch.positions_T, np.int64)),
            segments_T=moved(np.asarray(batch.segments_T, np.int64)),
            starts_B=moved(starts_B1[:-1]),
            num_rows=len(lengths_B),
            max_tokens=longest,
            pad_BS=moved(pad_BS) if ragged else None,
            unpad_T=moved(np.flatnonzero(is_token_BS)) if ragged else None,
            mask_B11S=moved(is_token_BS[:, None, None, :]) if ragged else None,
        )
