"""A bidirectional encoder in ModernBERT's layout over a stream without padding (Warner et al. 2024).

Layer norms before each part and none before the first attention, rotary positions, a gated feed-forward part, no
biases; in most layers a token sees only its neighbours, which makes long texts cheap.

Legend: T tokens of all rows, D width, F width of the feed-forward part, X heads of queries, keys and values, E width of
a head.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import activate, attend, norm_of
from leafout.models.config import Dims
from leafout.models.recompute import through
from leafout.models.rotary import Turns, frequencies, turned, turns_of
from leafout.models.stream import Stream


class ModernLayer(nn.Module):
    """Attention and gated feed-forward part, each behind a layer norm and added to its input."""

    prefix: nn.Parameter | None

    def __init__(self, dims: Dims, place: int) -> None:
        super().__init__()
        assert dims.near is not None
        self.heads, self.activation, self.dropout = dims.heads, dims.activation, dims.dropout
        self.reach = dims.near.reach if dims.near.layers[place] else 0
        self.qkv_norm = norm_of(dims.width, dims.epsilon, bias=False) if place else None
        self.qkv = nn.Linear(dims.width, 3 * dims.width, bias=dims.qkv_bias)
        self.out = nn.Linear(dims.width, dims.width, bias=dims.out_bias)
        self.rise_norm = norm_of(dims.width, dims.epsilon, bias=False)
        self.rise = nn.Linear(dims.width, 2 * dims.ffn, bias=dims.ffn_bias)
        self.fall = nn.Linear(dims.ffn, dims.width, bias=dims.ffn_bias)
        self.register_parameter("prefix", None)

    def forward(self, hidden_TD: Tensor, stream: Stream, turns: Turns) -> Tensor:
        """One layer."""
        normed_TD = hidden_TD if self.qkv_norm is None else self.qkv_norm(hidden_TD)
        qkv_TXE = self.qkv(normed_TD).view(len(hidden_TD), 3 * self.heads, -1)
        query, value = qkv_TXE.split([2 * self.heads, self.heads], 1)
        qkv_TD = torch.cat([turned(query, turns), value], 1).view(len(hidden_TD), -1)
        mixed_TD = attend(qkv_TD, stream, heads=self.heads, causal=False, reach=self.reach, prefix=self.prefix)
        hidden_TD = hidden_TD + self._dropped(self.out(mixed_TD))
        raised_TF, gate_TF = self.rise(self.rise_norm(hidden_TD)).chunk(2, -1)
        return hidden_TD + self._dropped(self.fall(activate(raised_TF, self.activation) * gate_TF))

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout) if self.training and self.dropout else values


class ModernEncoder(nn.Module):
    """Embeddings, layers and the last norm; see `Encoder`."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = dims
        self.words = nn.Embedding(dims.vocab_size, dims.width)
        self.norm = norm_of(dims.width, dims.epsilon, bias=False)
        self.recompute = False
        self.layers = nn.ModuleList(ModernLayer(dims, place) for place in range(dims.layers))
        self.last_norm = norm_of(dims.width, dims.epsilon, bias=False)

    def embed(self, stream: Stream) -> Tensor:
        """The embeddings [T, D] before the first layer."""
        normed_TD: Tensor = self.norm(self.words(stream.ids_T))
        return functional.dropout(normed_TD, self.dims.dropout) if self.training and self.dims.dropout else normed_TD

    def forward(self, stream: Stream) -> Tensor:
        """The last hidden states [T, D]; float32 also under autocast."""
        dims = self.dims
        assert dims.near is not None
        assert dims.rope is not None
        hidden_TD, device = self.embed(stream), stream.ids_T.device
        far, near = (
            turns_of(stream.positions_T, frequencies(rope, dims.head, device)) for rope in (dims.rope, dims.near.rope)
        )
        for layer, is_near in zip(self.layers, dims.near.layers, strict=True):
            turns = near if is_near else far
            hidden_TD = through(layer, hidden_TD, stream, turns, recompute=self.recompute)
        normed_TD: Tensor = self.last_norm(hidden_TD)
        return normed_TD
