"""An encoder-decoder in T5's layout with random weights; its arithmetic is that of transformers.

The shape is version 1.1's (Raffel et al. 2020, as published later): a gate in the feed-forward part, relative
positions, RMS norms.
"""

from typing import TYPE_CHECKING, Any

import torch

from leafout.models.config import ModelConfig

if TYPE_CHECKING:
    from torch import nn

    from leafout.tokenization.special import SpecialTokens


def t5_values(shape: ModelConfig, vocab_size: int, specials: "SpecialTokens") -> dict[str, Any]:
    """The values of a T5Config; `layers` is the depth of the encoder and of the decoder.

    Raises:
        LeafoutError: when there are no words.
    """
    sizes = shape.sizes(vocab_size)
    return {
        "vocab_size": sizes.vocab_size,
        "d_model": sizes.width,
        "d_kv": sizes.width // sizes.heads,
        "d_ff": sizes.ffn,
        "num_layers": sizes.layers,
        "num_decoder_layers": sizes.layers,
        "num_heads": sizes.heads,
        "dropout_rate": sizes.dropout,
        "feed_forward_proj": f"gated-{shape.activation or 'gelu'}",
        "n_positions": sizes.max_tokens,
        "pad_token_id": specials.pad_id,
        "eos_token_id": specials.end_id,
        "decoder_start_token_id": specials.pad_id,
        "architectures": ["T5ForConditionalGeneration"],
    }


def new_t5(shape: ModelConfig, vocab_size: int, specials: "SpecialTokens", seed: int) -> "nn.Module":
    """A T5 that has learnt nothing.

    Args:
        shape: `kind` is `t5`.
        vocab_size: ids of the tokenizer.
        specials: padding, which also begins answers, and the end.
        seed: equal seeds give equal weights.

    Raises:
        LeafoutError: when there are no words.
    """
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(**t5_values(shape, vocab_size, specials))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made: nn.Module = T5ForConditionalGeneration(config)
    return made.train()
