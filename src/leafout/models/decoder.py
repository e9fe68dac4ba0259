"""A causal decoder over a stream without padding, with a key/value cache: GPT-2's layout and that of Llama and Qwen.

What a layer is, `decoder_gpt` and `decoder_rotary` say.

Legend: B rows, T tokens of all rows, D width, V vocabulary, C places of the cache.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import norm_of
from leafout.models.config import Dims
from leafout.models.decoder_gpt import GptLayer
from leafout.models.decoder_layer import DecoderLayer, LayerCache
from leafout.models.decoder_rotary import RotaryLayer
from leafout.models.recompute import through
from leafout.models.rotary import Turns, frequencies, turns_of
from leafout.models.stream import Stream


@dataclass(slots=True)
class Cache:
    """What decoding remembers of the tokens it has seen: `lengths_B` of each row."""

    layers: list[LayerCache]
    lengths_B: Tensor

    def keep(self, rows: Tensor) -> "Cache":
        """The cache of some of its rows."""
        layers = [LayerCache(layer.keys_BGCE[rows], layer.values_BGCE[rows]) for layer in self.layers]
        return Cache(layers, self.lengths_B[rows])


class CausalModel(nn.Module):
    """Embeddings, layers and the last norm; logits are asked for apart."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims, self.recompute = dims, False
        self.words = nn.Embedding(dims.vocab_size, dims.width)
        if dims.rope is None:
            self.places = nn.Embedding(dims.max_tokens, dims.width)
            self.layers = nn.ModuleList(GptLayer(dims) for _ in range(dims.layers))
            self.norm: nn.Module = norm_of(dims.width, dims.epsilon)
        else:
            self.layers = nn.ModuleList(RotaryLayer(dims) for _ in range(dims.layers))
            self.norm = nn.RMSNorm(dims.width, eps=dims.epsilon)
        self.unembed = None if dims.tied else nn.Linear(dims.width, dims.vocab_size, bias=False)

    def hidden(self, stream: Stream, cache: Cache | None = None) -> Tensor:
        """The last hidden states [T, D] after the last norm; keys and values go into `cache` where one is given."""
        hidden_TD, turns = self._embedded(stream.ids_T, stream.positions_T)
        if self.training and self.dims.dropout:
            hidden_TD = functional.dropout(hidden_TD, self.dims.dropout)
        for place, layer in enumerate(self.layers):
            kept = cache.layers[place] if cache else None
            hidden_TD = through(layer, hidden_TD, stream, turns, kept, recompute=self.recompute and kept is None)
        normed_TD: Tensor = self.norm(hidden_TD)
        return normed_TD

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits [..., V] of the token after each hidden state [..., D]."""
        weight = self.words.weight if self.unembed is None else self.unembed.weight
        return functional.linear(hidden, weight)

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
        shape = (stream.num_rows, self.dims.kv_heads or self.dims.heads, places, self.dims.head)
        ends_B = torch.cat([stream.starts_B[1:], stream.starts_B.new_tensor([len(stream.ids_T)])])
        layers = [LayerCache(weight.new_zeros(shape), weight.new_zeros(shape)) for _ in range(self.dims.layers)]
        cache = Cache(layers, ends_B - stream.starts_B)
        return self.logits(self.hidden(stream, cache)[ends_B - 1]), cache

    def step(self, ids_B: Tensor, cache: Cache) -> Tensor:
        """Append a token to each row; the logits [B, V] after it. The cache grows in place."""
        places_B = cache.lengths_B
        used = int(places_B.max()) + 1
        mask_B11C = (torch.arange(used, device=ids_B.device) <= places_B[:, None])[:, None, None, :]
        hidden_BD, turns = self._embedded(ids_B, places_B)
        for layer, kept in zip(self.layers, cache.layers, strict=True):
            assert isinstance(layer, DecoderLayer)
            hidden_BD = layer.step(hidden_BD, kept, places_B, mask_B11C, turns)
        cache.lengths_B = places_B + 1
        return self.logits(self.norm(hidden_BD))

    def _embedded(self, ids_T: Tensor, places_T: Tensor) -> tuple[Tensor, Turns | None]:
        """What the first layer sees, and how positions turn where they are not in it."""
        words_TD: Tensor = self.words(ids_T)
        if self.dims.rope is None:
            return words_TD + self.places(places_T), None
        return words_TD, turns_of(places_T, frequencies(self.dims.rope, self.dims.head, ids_T.device))
