"""Rows for the new tokens of a vocabulary that was extended: each starts at the mean of the pieces it was before.

Hewitt 2021, "Initializing new word embeddings for pretrained language models": a new row at the mean of old ones leaves
the chances of all old tokens nearly as they were; the mean of a word's own pieces says what it means besides.

Legend: V old vocabulary, W new one, D width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from leafout.models.decoder import CausalModel
from leafout.models.heads import MaskedModel


def grow_vocabulary(model: MaskedModel | CausalModel, pieces: Mapping[int, Sequence[int]], size: int) -> None:
    """Give a model rows for more tokens, in place.

    Args:
        model: whose words, bias of guesses and output grow.
        pieces: the old ids that each new id stood as before; none for one that had no pieces: it starts at the mean
            of all old rows.
        size: W, not less than V.
    """
    words = model.encoder.words if isinstance(model, MaskedModel) else model.words
    words.weight = _grown(words.weight, pieces, size)
    words.num_embeddings = size
    if isinstance(model, MaskedModel):
        model.bias = _grown(model.bias, pieces, size)
        model.encoder.dims = replace(model.encoder.dims, vocab_size=size)
    elif model.unembed is not None:
        model.unembed.weight = _grown(model.unembed.weight, pieces, size)
        model.unembed.out_features = size
    model.dims = replace(model.dims, vocab_size=size)


def grown_rows(old: Tensor, pieces: Mapping[int, Sequence[int]], size: int) -> Tensor:
    """The rows of a vocabulary [W, ...] from those of the old one [V, ...]; see `grow_vocabulary`."""
    grown = old.new_empty(size, *old.shape[1:])
    grown[: len(old)] = old
    grown[len(old) :] = old.mean(0)
    for new, before in pieces.items():
        grown[new] = old[torch.tensor(before)].mean(0) if before else old.mean(0)
    return grown


def _grown(rows: Tensor, pieces: Mapping[int, Sequence[int]], size: int) -> nn.Parameter:
    return nn.Parameter(grown_rows(rows.detach(), pieces, size))
