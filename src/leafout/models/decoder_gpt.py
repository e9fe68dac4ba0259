"""A decoder layer in GPT-2's layout (Radford et al. 2019): a layer norm before each part, biases everywhere.

Legend: T tokens of all rows, D width, F width of the feed-forward part.
"""

from torch import Tensor, nn

from leafout.models.attention import activate, norm_of
from leafout.models.config import Dims
from leafout.models.decoder_layer import DecoderLayer
from leafout.models.rotary import Turns


class GptLayer(DecoderLayer):
    """Attention and feed-forward part, each behind a layer norm and added to its input."""

    def __init__(self, dims: Dims) -> None:
        super().__init__(dims)
        self.activation = dims.activation
        self.qkv_norm = norm_of(dims.width, dims.epsilon)
        self.qkv = nn.Linear(dims.width, 3 * dims.width)
        self.out = nn.Linear(dims.width, dims.width)
        self.rise_norm = norm_of(dims.width, dims.epsilon)
        self.rise = nn.Linear(dims.width, dims.ffn)
        self.fall = nn.Linear(dims.ffn, dims.width)

    def qkv_of(self, hidden_TD: Tensor, turns: Turns | None) -> Tensor:  # noqa: ARG002
        """See `DecoderLayer`; places are in the embeddings already."""
        qkv_TD: Tensor = self.qkv(self.qkv_norm(hidden_TD))
        return qkv_TD

    def rest(self, hidden_TD: Tensor, mixed_TD: Tensor) -> Tensor:
        """See `DecoderLayer`."""
        hidden_TD = hidden_TD + self._dropped(self.out(mixed_TD))
        raised_TF = activate(self.rise(self.rise_norm(hidden_TD)), self.activation)
        return hidden_TD + self._dropped(self.fall(raised_TF))
