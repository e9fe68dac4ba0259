"""A layer of a causal decoder, of any layout: how its attention meets the keys and values that are kept.

Legend: B rows, S tokens of the longest row, T tokens of all rows, D width, H heads, G heads of keys and values,
E width of a head, C places of the cache.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import attend, padded, split_heads
from leafout.models.config import Dims
from leafout.models.rotary import Turns
from leafout.models.stream import Stream


@dataclass(slots=True)
class LayerCache:
    """Keys and values of one layer."""

    keys_BGCE: Tensor
    values_BGCE: Tensor


class DecoderLayer(nn.Module):
    """What a layer of any layout has in common: how it meets its cache.

    A layout gives `qkv_of` and `rest`.
    """

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.dropout = dims.heads, dims.kv_heads or dims.heads, dims.dropout

    def qkv_of(self, hidden_TD: Tensor, turns: Turns | None) -> Tensor:
        """Queries, keys and values of each token, [T, (H + 2 * G) * E]."""
        raise NotImplementedError

    def rest(self, hidden_TD: Tensor, mixed_TD: Tensor) -> Tensor:
        """What follows attention."""
        raise NotImplementedError

    def forward(
        self, hidden_TD: Tensor, stream: Stream, turns: Turns | None = None, kept: LayerCache | None = None
    ) -> Tensor:
        """One layer; keys and values of all tokens go into `kept` where one is given."""
        qkv_TD = self.qkv_of(hidden_TD, turns)
        if kept is not None:
            _, keys, values = self._split(padded(qkv_TD, stream), stream.num_rows)
            kept.keys_BGCE[:, :, : stream.max_tokens] = keys
            kept.values_BGCE[:, :, : stream.max_tokens] = values
        return self.rest(hidden_TD, attend(qkv_TD, stream, heads=self.heads, kv_heads=self.kv_heads, causal=True))

    def step(
        self, hidden_BD: Tensor, kept: LayerCache, places_B: Tensor, mask_B11C: Tensor, turns: Turns | None
    ) -> Tensor:
        """One token more for each row; its key and value go to `places_B`."""
        rows = torch.arange(len(hidden_BD), device=hidden_BD.device)
        query, key, value = self._split(self.qkv_of(hidden_BD, turns), len(hidden_BD))
        kept.keys_BGCE[rows, :, places_B] = key[:, :, 0]
        kept.values_BGCE[rows, :, places_B] = value[:, :, 0]
        used = mask_B11C.shape[-1]
        keys, values = kept.keys_BGCE[:, :, :used], kept.values_BGCE[:, :, :used]
        mixed_BH1E = functional.scaled_dot_product_attention(
            query, keys, values, attn_mask=mask_B11C, enable_gqa=self.kv_heads != self.heads
        )
        return self.rest(hidden_BD, mixed_BH1E.reshape(len(hidden_BD), -1))

    def _split(self, qkv_BSD: Tensor, num_rows: int) -> tuple[Tensor, Tensor, Tensor]:
        return split_heads(qkv_BSD, num_rows, self.heads, self.kv_heads)

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout) if self.training and self.dropout else values
