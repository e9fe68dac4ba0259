"""A decoder layer in the layout of Llama (Touvron et al. 2023), Qwen 2 and Qwen 3.

RMS norms before each part (Zhang and Sennrich 2019), rotary positions, heads of keys and values that several queries
share (Ainslie et al. 2023), a gated feed-forward part (Shazeer 2020). Qwen 2 has biases on queries, keys and values;
Qwen 3 norms queries and keys head by head.

Legend: T tokens of all rows, D width, F width of the feed-forward part, X heads of queries, keys and values, E width of
a head.
"""

import torch
from torch import Tensor, nn

from leafout.models.attention import activate
from leafout.models.config import Dims
from leafout.models.decoder_layer import DecoderLayer
from leafout.models.rotary import Turns, turned


class RotaryLayer(DecoderLayer):
    """Attention and gated feed-forward part, each behind an RMS norm and added to its input."""

    def __init__(self, dims: Dims) -> None:
        super().__init__(dims)
        self.activation, self.head = dims.activation, dims.head
        mixed = dims.heads * self.head
        self.qkv_norm = nn.RMSNorm(dims.width, eps=dims.epsilon)
        self.qkv = nn.Linear(dims.width, mixed + 2 * self.kv_heads * self.head, bias=dims.qkv_bias)
        self.query_norm = nn.RMSNorm(self.head, eps=dims.epsilon) if dims.head_norm else None
        self.key_norm = nn.RMSNorm(self.head, eps=dims.epsilon) if dims.head_norm else None
        self.out = nn.Linear(mixed, dims.width, bias=dims.out_bias)
        self.rise_norm = nn.RMSNorm(dims.width, eps=dims.epsilon)
        self.rise = nn.Linear(dims.width, 2 * dims.ffn, bias=dims.ffn_bias)
        self.fall = nn.Linear(dims.ffn, dims.width, bias=dims.ffn_bias)

    def qkv_of(self, hidden_TD: Tensor, turns: Turns | None) -> Tensor:
        """See `DecoderLayer`; queries and keys are turned to their places."""
        assert turns is not None
        qkv_TXE = self.qkv(self.qkv_norm(hidden_TD)).view(len(hidden_TD), -1, self.head)
        query, key, value = qkv_TXE.split([self.heads, self.kv_heads, self.kv_heads], 1)
        if self.query_norm is not None and self.key_norm is not None:
            query, key = self.query_norm(query.float()), self.key_norm(key.float())
        parts = [turned(query, turns), turned(key, turns), value]
        return torch.cat([part.to(value.dtype) for part in parts], 1).view(len(hidden_TD), -1)

    def rest(self, hidden_TD: Tensor, mixed_TD: Tensor) -> Tensor:
        """See `DecoderLayer`."""
        hidden_TD = hidden_TD + self._dropped(self.out(mixed_TD))
        gate_TF, raised_TF = self.rise(self.rise_norm(hidden_TD)).chunk(2, -1)
        return hidden_TD + self._dropped(self.fall(activate(gate_TF, self.activation) * raised_TF))
