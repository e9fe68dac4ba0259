"""Models with random weights: normal, biases 0, norms 1 (Devlin et al. 2019), wider in narrow models.

Where a token stands and in which segment weighs less at first than which token it is.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import nn

from leafout.core.device import free_bytes
from leafout.core.errors import LeafoutError
from leafout.models.config import CAUSAL, ENCODERS, Dims, ModelConfig
from leafout.models.decoder import CausalModel
from leafout.models.heads import Classifier, MaskedModel, TokenClassifier

if TYPE_CHECKING:
    from leafout.tokenization.special import SpecialTokens

Model = TypeVar("Model", MaskedModel, CausalModel, Classifier, TokenClassifier)
_PLACES_AND_TYPES = 0.25
"""Deviation of their embeddings as a fraction of that of words."""


def new_masked(config: ModelConfig, vocab_size: int, specials: "SpecialTokens", seed: int) -> MaskedModel:
    """A BERT for pre-training.

    Args:
        config: its shape; `kind` must be `bert`.
        vocab_size: ids of the tokenizer.
        specials: whose padding id goes into `config.json`.
        seed: equal seeds give equal weights.

    Raises:
        LeafoutError: for another kind.
    """
    dims = replace(_of_kind(config, vocab_size, *ENCODERS), pad_id=specials.pad_id)
    if dims.near is not None:
        dims = replace(dims, start_id=specials.start_id, end_id=specials.end_id)
    return _random(lambda: MaskedModel(dims), seed)


def new_causal(config: ModelConfig, vocab_size: int, specials: "SpecialTokens", seed: int) -> CausalModel:
    """A GPT-2, Llama or Qwen.

    Raises:
        LeafoutError: for another kind.
    """
    dims = replace(
        _of_kind(config, vocab_size, *CAUSAL),
        pad_id=specials.pad_id,
        start_id=specials.start_id,
        end_id=specials.end_id,
    )
    return _random(lambda: CausalModel(dims), seed)


def new_classifier(config: ModelConfig, vocab_size: int, num_labels: int, seed: int) -> Classifier:
    """A BERT classifier that has learnt nothing.

    Raises:
        LeafoutError: for another kind.
    """
    return random_classifier(_of_kind(config, vocab_size, *ENCODERS), num_labels, seed)


def random_classifier(dims: Dims, num_labels: int, seed: int) -> Classifier:
    """A classifier of given dimensions that has learnt nothing: what pre-training buys is measured against it."""
    return _random(lambda: Classifier(dims, num_labels), seed)


def random_token_classifier(dims: Dims, num_labels: int, seed: int) -> TokenClassifier:
    """The same with a label for each token."""
    return _random(lambda: TokenClassifier(dims, num_labels), seed)


def randomize(parameters: Iterable[tuple[str, nn.Parameter]], *, deviation: float, seed: int) -> None:
    """Draw named parameters anew, in their order."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in parameters:
            if parameter.ndim > 1:
                scale = _PLACES_AND_TYPES if name.endswith(("places.weight", "types.weight")) else 1.0
                parameter.normal_(0.0, scale * deviation, generator=generator)
            else:
                parameter.fill_(1.0 if "norm" in name and name.endswith(".weight") else 0.0)


def _random(made: Callable[[], Model], seed: int) -> Model:
    """Fresh weights, where the memory is enough for them.

    With norms before each part, what writes into the residual stream starts smaller by the root of the number of its
    summands (Radford et al. 2019).
    """
    with torch.device("meta"):
        wanted = 4 * sum(parameter.numel() for parameter in made().parameters())
    if wanted > free_bytes():
        message = f"the weights alone take {wanted / 1e9:.1f} GB of memory, {free_bytes() / 1e9:.1f} GB are free"
        raise LeafoutError(message, where="[model]", hint="fewer layers, a smaller width or vocabulary")
    model = made()
    randomize(model.named_parameters(), deviation=model.dims.deviation, seed=seed)
    if model.dims.kind != "bert":
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name.endswith(("out.weight", "fall.weight")):
                    parameter.div_(math.sqrt(2 * model.dims.layers))
    return model.train()


def _of_kind(config: ModelConfig, vocab_size: int, *kinds: str) -> Dims:
    if config.kind not in kinds:
        wanted = " or ".join(f"`{kind}`" for kind in kinds)
        raise LeafoutError(f"`kind` is `{config.kind}`, this needs {wanted}", where="[model.kind]")
    return config.resolved(vocab_size)
