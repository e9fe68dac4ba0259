"""What stands on an encoder: guessing masked tokens and the next sentence, a label of the text, or one of each token.

Legend: B rows, T tokens of all rows, K tokens to be guessed, D width, V vocabulary, L labels.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.attention import activate, norm_of
from leafout.models.config import Dims
from leafout.models.encoder import Encoder
from leafout.models.modern_encoder import ModernEncoder
from leafout.models.stream import Stream


def encoder_of(dims: Dims) -> Encoder | ModernEncoder:
    """The encoder of a layout."""
    return Encoder(dims) if dims.near is None else ModernEncoder(dims)


class MaskedModel(nn.Module):
    """An encoder with the heads of its pre-training; word embeddings and guesses share one matrix.

    Only BERT's layout has a head for next sentences.
    """

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = dims
        self.encoder = encoder_of(dims)
        if dims.near is None:
            self.pooler = nn.Linear(dims.width, dims.width)
        self.transform = nn.Linear(dims.width, dims.width, bias=dims.head_bias)
        self.transform_norm = norm_of(dims.width, dims.epsilon, bias=dims.near is None)
        self.bias = nn.Parameter(torch.zeros(dims.vocab_size))
        if dims.near is None:
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
    """An encoder with a label for each row, from its first token or the mean of all."""

    def __init__(self, dims: Dims, num_labels: int) -> None:
        super().__init__()
        self.dims, self.num_labels = dims, num_labels
        self.encoder = encoder_of(dims)
        self.pooler = nn.Linear(dims.width, dims.width, bias=dims.head_bias)
        self.pooler_norm = None if dims.near is None else norm_of(dims.width, dims.epsilon, bias=False)
        self.head = nn.Linear(dims.width, num_labels)

    def pooled(self, stream: Stream) -> Tensor:
        """The state [B, D] that the head reads."""
        hidden_TD = self.encoder(stream)
        if self.dims.pooling == "mean":
            read_BD = means(hidden_TD, stream)
        else:
            read_BD = hidden_TD.index_select(0, stream.starts_B)
        if self.pooler_norm is None:
            return torch.tanh(self.pooler(read_BD))
        normed_BD: Tensor = self.pooler_norm(activate(self.pooler(read_BD), self.dims.activation))
        return normed_BD

    def forward(self, stream: Stream) -> Tensor:
        """Logits [B, L]."""
        pooled_BD = self.pooled(stream)
        if self.training and self.dims.dropout:
            pooled_BD = functional.dropout(pooled_BD, self.dims.dropout)
        logits_BL: Tensor = self.head(pooled_BD)
        return logits_BL


class TokenClassifier(nn.Module):
    """An encoder with a label for each token: BertForTokenClassification or ModernBertForTokenClassification."""

    def __init__(self, dims: Dims, num_labels: int) -> None:
        super().__init__()
        self.dims, self.num_labels = dims, num_labels
        self.encoder = encoder_of(dims)
        self.transform, self.transform_norm = None, None
        if dims.near is not None:
            self.transform = nn.Linear(dims.width, dims.width, bias=dims.head_bias)
            self.transform_norm = norm_of(dims.width, dims.epsilon, bias=False)
        self.head = nn.Linear(dims.width, num_labels)

    def forward(self, stream: Stream) -> Tensor:
        """Logits [T, L]."""
        hidden_TD: Tensor = self.encoder(stream)
        if self.transform is not None and self.transform_norm is not None:
            hidden_TD = self.transform_norm(activate(self.transform(hidden_TD), self.dims.activation))
        if self.training and self.dims.dropout:
            hidden_TD = functional.dropout(hidden_TD, self.dims.dropout)
        logits_TL: Tensor = self.head(hidden_TD)
        return logits_TL


def means(hidden_TD: Tensor, stream: Stream) -> Tensor:
    """The mean [B, D] of the states of each row."""
    ends_B = torch.cat([stream.starts_B[1:], stream.starts_B.new_tensor([len(hidden_TD)])])
    lengths_B = ends_B - stream.starts_B
    rows_T = torch.repeat_interleave(lengths_B)
    summed_BD = hidden_TD.new_zeros(len(lengths_B), hidden_TD.shape[1]).index_add_(0, rows_T, hidden_TD)
    return summed_BD / lengths_B[:, None]
