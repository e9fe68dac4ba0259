"""What stands on an encoder: guessing masked tokens and the next sentence, or a label.

Legend: B rows, T tokens of all rows, K tokens to be guessed, D width, V vocabulary, L labels.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import activate, norm_of
from leafout.models.config import Dims
from leafout.models.encoder import Encoder
from leafout.models.stream import Stream


class MaskedModel(nn.Module):
    """An encoder with the two heads of BERT's pre-training; word embeddings and guesses share one matrix."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = dims
        self.encoder = Encoder(dims)
        self.pooler = nn.Linear(dims.width, dims.width)
        self.transform = nn.Linear(dims.width, dims.width)
        self.transform_norm = norm_of(dims.width, dims.epsilon)
        self.bias = nn.Parameter(torch.zeros(dims.vocab_size))
        self.follows = nn.Linear(dims.width, 2)

    def encode(self, stream: Stream) -> Tensor:
        """The last hidden states [T, D]."""
        hidden_TD: Tensor = self.encoder(stream)
        return hidden_TD

    def guess(self, hidden_KD: Tensor) -> Tensor:
        """Logits [K, V] of the tokens that some hidden states stand for; ask only where a loss needs them."""
        guessed_KD = self.transform_norm(activate(self.transform(hidden_KD), self.dims.activation))
        return functional.linear(guessed_KD, self.encoder.words.weight, self.bias)

    def next(self, hidden_BD: Tensor) -> Tensor:
        """Logits [B, 2] from the hidden state of each row's first token: 0 the second text follows, 1 it does not."""
        logits_B2: Tensor = self.follows(torch.tanh(self.pooler(hidden_BD)))
        return logits_B2

    def forward(self, stream: Stream) -> Tensor:
        """The same as `encode`."""
        return self.encode(stream)


class Classifier(nn.Module):
    """An encoder with a label for each row, from its first token."""

    def __init__(self, dims: Dims, num_labels: int) -> None:
        super().__init__()
        self.dims, self.num_labels = dims, num_labels
        self.encoder = Encoder(dims)
        self.pooler = nn.Linear(dims.width, dims.width)
        self.head = nn.Linear(dims.width, num_labels)

    def forward(self, stream: Stream) -> Tensor:
        """Logits [B, L]."""
        pooled_BD = torch.tanh(self.pooler(self.encoder(stream)[stream.starts_B]))
        if self.training and self.dims.dropout:
            pooled_BD = functional.dropout(pooled_BD, self.dims.dropout)
        logits_BL: Tensor = self.head(pooled_BD)
        return logits_BL
