"""A causal decoder in GPT-2's layout over a stream without padding (Radford et al. 2019), with a key/value cache.

Pre-layer-norm, learned positions; word embeddings and the output share one matrix.

Legend: B rows, S tokens of the longest row, T tokens of all rows, D width, V vocabulary, H heads, E width of a head,
C places of the cache.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import activate, attend, norm_of, padded, split_heads
from leafout.models.config import Dims
from leafout.models.stream import Stream


class DecoderLayer(nn.Module):
    """Attention and feed-forward part, each behind a layer norm and added to its input."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.heads, self.activation, self.dropout = dims.heads, dims.activation, dims.dropout
        self.qkv_norm = norm_of(dims.width, dims.epsilon)
        self.qkv = nn.Linear(dims.width, 3 * dims.width)
        self.out = nn.Linear(dims.width, dims.width)
        self.rise_norm = norm_of(dims.width, dims.epsilon)
        self.rise = nn.Linear(dims.width, dims.ffn)
        self.fall = nn.Linear(dims.ffn, dims.width)

    def forward(self, hidden_TD: Tensor, stream: Stream, kept: "LayerCache | None" = None) -> Tensor:
        """One layer; keys and values of all tokens go into `kept` where one is given."""
        qkv_TD = self.qkv(self.qkv_norm(hidden_TD))
        if kept is not None:
            _, keys, values = split_heads(padded(qkv_TD, stream), stream.num_rows, self.heads)
            kept.keys_BHCE[:, :, : stream.max_tokens] = keys
            kept.values_BHCE[:, :, : stream.max_tokens] = values
        return self._rest(hidden_TD, attend(qkv_TD, stream, heads=self.heads, causal=True))

    def step(self, hidden_BD: Tensor, kept: "LayerCache", places_B: Tensor, mask_B11C: Tensor) -> Tensor:
        """One token more for each row; its key and value go to `places_B`."""
        rows = torch.arange(len(hidden_BD), device=hidden_BD.device)
        query, key, value = split_heads(self.qkv(self.qkv_norm(hidden_BD)), len(hidden_BD), self.heads)
        kept.keys_BHCE[rows, :, places_B] = key[:, :, 0]
        kept.values_BHCE[rows, :, places_B] = value[:, :, 0]
        used = mask_B11C.shape[-1]
        keys, values = kept.keys_BHCE[:, :, :used], kept.values_BHCE[:, :, :used]
        mixed_BH1E = functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask_B11C)
        return self._rest(hidden_BD, mixed_BH1E.reshape(len(hidden_BD), -1))

    def _rest(self, hidden_TD: Tensor, mixed_TD: Tensor) -> Tensor:
        hidden_TD = hidden_TD + self._dropped(self.out(mixed_TD))
        raised_TF = activate(self.rise(self.rise_norm(hidden_TD)), self.activation)
        return hidden_TD + self._dropped(self.fall(raised_TF))

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout) if self.training and self.dropout else values


@dataclass(slots=True)
class LayerCache:
    """Keys and values of one layer."""

    keys_BHCE: Tensor
    values_BHCE: Tensor


@dataclass(slots=True)
class Cache:
    """What decoding remembers of the tokens it has seen: `lengths_B` of each row."""

    layers: list[LayerCache]
    lengths_B: Tensor

    def keep(self, rows: Tensor) -> "Cache":
        """The cache of some of its rows."""
        layers = [LayerCache(layer.keys_BHCE[rows], layer.values_BHCE[rows]) for layer in self.layers]
        return Cache(layers, self.lengths_B[rows])


class CausalModel(nn.Module):
    """Embeddings, layers and the last norm; logits are asked for apart."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = dims
        self.words = nn.Embedding(dims.vocab_size, dims.width)
        self.places = nn.Embedding(dims.max_tokens, dims.width)
        self.layers = nn.ModuleList(DecoderLayer(dims) for _ in range(dims.layers))
        self.norm = norm_of(dims.width, dims.epsilon)

    def hidden(self, stream: Stream, cache: Cache | None = None) -> Tensor:
        """The last hidden states [T, D] after the last norm; keys and values go into `cache` where one is given."""
        hidden_TD = self.words(stream.ids_T) + self.places(stream.positions_T)
        if self.training and self.dims.dropout:
            hidden_TD = functional.dropout(hidden_TD, self.dims.dropout)
        for place, layer in enumerate(self.layers):
            hidden_TD = layer(hidden_TD, stream, cache.layers[place] if cache else None)
        normed_TD: Tensor = self.norm(hidden_TD)
        return normed_TD

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits [..., V] of the token after each hidden state [..., D]."""
        return functional.linear(hidden, self.words.weight)

    def forward(self, stream: Stream) -> Tensor:
        """The same as `hidden`."""
        return self.hidden(stream)

    def prefill(self, stream: Stream, *, places: int) -> tuple[Tensor, Cache]:
        """Read prompts.

        Args:
            stream: one prompt a row.
            places: C, tokens that the longest row may have in the end.

        Returns:
            The logits [B, V] after the last token of each row, and a cache to go on from.
        """
        weight = self.words.weight
        shape = (stream.num_rows, self.dims.heads, places, self.dims.width // self.dims.heads)
        ends_B = torch.cat([stream.starts_B[1:], stream.starts_B.new_tensor([len(stream.ids_T)])])
        layers = [LayerCache(weight.new_zeros(shape), weight.new_zeros(shape)) for _ in range(self.dims.layers)]
        cache = Cache(layers, ends_B - stream.starts_B)
        return self.logits(self.hidden(stream, cache)[ends_B - 1]), cache

    def step(self, ids_B: Tensor, cache: Cache) -> Tensor:
        """Append a token to each row; the logits [B, V] after it. The cache grows in place."""
        places_B = cache.lengths_B
        used = int(places_B.max()) + 1
        mask_B11C = (torch.arange(used, device=ids_B.device) <= places_B[:, None])[:, None, None, :]
        hidden_BD = self.words(ids_B) + self.places(places_B)
        for layer, kept in zip(self.layers, cache.layers, strict=True):
            assert isinstance(layer, DecoderLayer)
            hidden_BD = layer.step(hidden_BD, kept, places_B, mask_B11C)
        cache.lengths_B = places_B + 1
        return self.logits(self.norm(hidden_BD))
