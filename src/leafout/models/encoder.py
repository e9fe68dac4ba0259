"""A bidirectional encoder in BERT's layout over a stream without padding (Devlin et al. 2019).

Post-layer-norm, learned positions, token types; query, key and value are one matrix in memory and three on disk.

Legend: T tokens of all rows, D width, F width of the feed-forward part.
"""

from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import activate, attend, norm_of
from leafout.models.config import Dims
from leafout.models.recompute import through
from leafout.models.stream import Stream


class EncoderLayer(nn.Module):
    """Attention and feed-forward part, each with its residual sum and layer norm."""

    prefix: nn.Parameter | None

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.heads, self.activation, self.dropout = dims.heads, dims.activation, dims.dropout
        self.qkv = nn.Linear(dims.width, 3 * dims.width)
        self.out = nn.Linear(dims.width, dims.width)
        self.out_norm = norm_of(dims.width, dims.epsilon)
        self.rise = nn.Linear(dims.width, dims.ffn)
        self.fall = nn.Linear(dims.ffn, dims.width)
        self.fall_norm = norm_of(dims.width, dims.epsilon)
        self.register_parameter("prefix", None)

    def forward(self, hidden_TD: Tensor, stream: Stream) -> Tensor:
        """One layer."""
        qkv_TD = self.qkv(hidden_TD)
        mixed_TD = self.out(attend(qkv_TD, stream, heads=self.heads, causal=False, prefix=self.prefix))
        hidden_TD = self.out_norm(hidden_TD + self._dropped(mixed_TD))
        raised_TF = activate(self.rise(hidden_TD), self.activation)
        normed_TD: Tensor = self.fall_norm(hidden_TD + self._dropped(self.fall(raised_TF)))
        return normed_TD

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout) if self.training and self.dropout else values


class Encoder(nn.Module):
    """Embeddings and layers.

    Attributes:
        first_place: the position of a text's first token; a prefix takes those before it.
    """

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims, self.first_place = dims, 0
        self.words = nn.Embedding(dims.vocab_size, dims.width)
        self.places = nn.Embedding(dims.max_tokens, dims.width)
        self.types = nn.Embedding(dims.segments, dims.width)
        self.norm = norm_of(dims.width, dims.epsilon)
        self.recompute = False
        self.layers = nn.ModuleList(EncoderLayer(dims) for _ in range(dims.layers))

    def embed(self, stream: Stream) -> Tensor:
        """The embeddings [T, D] before the first layer."""
        positions_T = stream.positions_T + self.first_place if self.first_place else stream.positions_T
        summed_TD = self.words(stream.ids_T) + self.places(positions_T) + self.types(stream.segments_T)
        normed_TD: Tensor = self.norm(summed_TD)
        return functional.dropout(normed_TD, self.dims.dropout) if self.training and self.dims.dropout else normed_TD

    def forward(self, stream: Stream) -> Tensor:
        """The last hidden states [T, D]; float32 also under autocast."""
        hidden_TD = self.embed(stream)
        for layer in self.layers:
            hidden_TD = through(layer, hidden_TD, stream, recompute=self.recompute)
        return hidden_TD
