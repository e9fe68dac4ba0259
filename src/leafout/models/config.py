"""The shape of a model: one dial, known sizes, and every part of it still to be set."""

import math
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError

Kind = Literal["bert", "gpt"]
Activation = Literal["gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish"]
Preset = Literal["tiny", "mini", "small", "medium", "base"]

HEAD_WIDTH = 64
_PRESETS: dict[Preset, tuple[int, int]] = {
    "tiny": (2, 128),
    "mini": (4, 256),
    "small": (4, 512),
    "medium": (8, 512),
    "base": (12, 768),
}


@dataclass(frozen=True, slots=True)
class Dims:
    """All that decides a model's shape and arithmetic.

    Attributes:
        kind: which layout.
        vocab_size, layers, width, heads, ffn: `ffn` is the width of the feed-forward part.
        max_tokens: positions that have an embedding.
        segments: token types (BERT).
        activation: of the feed-forward part.
        epsilon: of every layer norm.
        dropout: of embeddings and sub-layer outputs while training.
        pad_id, start_id, end_id: written into `config.json`; the arithmetic does not use them.
    """

    kind: Kind
    vocab_size: int
    layers: int
    width: int
    heads: int
    ffn: int
    max_tokens: int
    segments: int = 2
    activation: Activation = "gelu"
    epsilon: float = 1e-12
    dropout: float = 0.0
    pad_id: int | None = None
    start_id: int | None = None
    end_id: int | None = None

    @property
    def deviation(self) -> float:
        """Of fresh weights: 0.02 at a width of 768 (BERT, GPT-2); narrower models take more: sums keep their spread."""
        return 0.02 * math.sqrt(768 / self.width)


class ModelConfig(Config):
    """A model to be made from random weights."""

    kind: Kind = "bert"
    """`bert` reads both ways (classifying), `gpt` writes on."""

    preset: Preset | None = None
    """A known size: tiny 2x128, mini 4x256, small 4x512, medium 8x512, base 12x768 (Turc et al. 2019)."""

    depth: int | None = Field(default=None, ge=1, le=48)
    """The one dial: so many layers, 64 times as wide; 2, 4 and 12 are tiny, mini and base. Default 4."""

    layers: int | None = Field(default=None, ge=1, le=512)
    """Layers, when not what `preset` or `depth` says."""

    width: int | None = Field(default=None, ge=1, le=16_384)
    """Width, when not what `preset` or `depth` says."""

    heads: int | None = Field(default=None, ge=1, le=512)
    """Attention heads; by default of about 64 numbers each. They share the width evenly."""

    ffn: int | None = Field(default=None, ge=1, le=131_072)
    """Width of the feed-forward part; by default 4 times the width."""

    max_tokens: int = Field(default=128, ge=8, le=65_536)
    """The longest text in tokens that the model can ever read at once."""

    activation: Activation = "gelu"
    """Of the feed-forward part; `gelu` is the erf form, 4 times as fast in bf16 on a CPU as the tanh forms."""

    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Share of hidden numbers dropped while training; 0 to below 1."""

    @model_validator(mode="after")
    def _fits_together(self) -> "ModelConfig":
        if self.preset is not None and self.depth is not None:
            raise ValueError("`preset` and `depth` both set the size, give one")
        _, width = self._size()
        if self.heads is not None and width % self.heads:
            raise ValueError(f"width {width} cannot be shared by {self.heads} heads")
        return self

    def resolved(self, vocab_size: int) -> Dims:
        """Every dimension filled in.

        Raises:
            LeafoutError: when there are no words.
        """
        if vocab_size < 1:
            raise LeafoutError(f"a vocabulary of {vocab_size} words makes no model", where="[model]")
        layers, width = self._size()
        return Dims(
            kind=self.kind,
            vocab_size=vocab_size,
            layers=layers,
            width=width,
            heads=self.heads or _heads(width),
            ffn=self.ffn or 4 * width,
            max_tokens=self.max_tokens,
            activation=self.activation,
            epsilon=1e-12 if self.kind == "bert" else 1e-5,
            dropout=self.dropout,
        )

    def _size(self) -> tuple[int, int]:
        depth = self.depth or self.layers or 4
        layers, width = _PRESETS[self.preset] if self.preset else (depth, HEAD_WIDTH * depth)
        return self.layers or layers, self.width or width


def _heads(width: int) -> int:
    """The number of heads that divides the width into parts nearest to 64."""
    divisors = [heads for heads in range(1, min(width, 512) + 1) if width % heads == 0]
    return min(divisors, key=lambda heads: (abs(width // heads - HEAD_WIDTH), heads))
