"""The shape of a model: one dial, known sizes, and every part of it still to be set."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field, model_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError

Kind = Literal["bert", "modernbert", "gpt", "llama", "qwen2", "qwen3"]
NewKind = Kind | Literal["t5"]
Activation = Literal["gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish"]
Preset = Literal["tiny", "mini", "small", "medium", "base"]

CAUSAL: tuple[Kind, ...] = ("gpt", "llama", "qwen2", "qwen3")
"""Kinds that write on."""

ROTARY: tuple[Kind, ...] = ("llama", "qwen2", "qwen3")
"""Kinds in Llama's layout: RMS norms, rotary positions, a gate in the feed-forward part, fewer heads for keys."""

ENCODERS: tuple[Kind, ...] = ("bert", "modernbert")
"""Kinds that read both ways."""

HEAD_WIDTH = 64
_PRESETS: dict[Preset, tuple[int, int]] = {
    "tiny": (2, 128),
    "mini": (4, 256),
    "small": (4, 512),
    "medium": (8, 512),
    "base": (12, 768),
}
_EPSILONS: dict[Kind, float] = {"bert": 1e-12, "modernbert": 1e-5, "gpt": 1e-5}
_ROPE_BASES: dict[Kind, float] = {"modernbert": 160_000.0}
_FAR_EVERY, _REACH = 3, 64
"""ModernBERT: every third layer sees all tokens, the others so many before and behind (Warner et al. 2024)."""


@dataclass(frozen=True, slots=True)
class Rope:
    """How fast positions turn.

    Attributes:
        base: the slowest pair takes about so many tokens for a radian.
        scaling: `none`; `linear` divides every position by `factor` (Chen et al. 2023); `llama3` divides only the slow
            turns, and those between in part (Llama 3.1).
        factor: of the scaling.
        low, high: in `llama3`, turns within `trained` tokens under which a pair is slow and over which it is fast.
        trained: tokens that the model read before it was scaled.
    """

    base: float = 10_000.0
    scaling: Literal["none", "linear", "llama3"] = "none"
    factor: float = 1.0
    low: float = 1.0
    high: float = 4.0
    trained: int = 8192


@dataclass(frozen=True, slots=True)
class Near:
    """Layers in which a token sees only its neighbours.

    Attributes:
        layers: which ones.
        reach: how many tokens it sees before and behind it.
        rope: how positions turn there.
    """

    layers: tuple[bool, ...]
    reach: int
    rope: Rope


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
        kv_heads, head_width: heads of keys and values, and the width of every head; 0 is `heads`, and `width / heads`.
        rope: how positions turn; None where they have embeddings.
        tied: words and output share one matrix.
        qkv_bias, out_bias, ffn_bias: which products have a bias (rotary kinds).
        near: layers that see neighbours only (ModernBERT).
        head_bias: whether the head's first product has a bias (ModernBERT).
        pooling: what a classifier reads: the `first` token, or the `mean` of all (ModernBERT).
        head_norm: queries and keys are normed head by head (Qwen 3).
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
    kv_heads: int = 0
    head_width: int = 0
    rope: Rope | None = None
    tied: bool = True
    qkv_bias: bool = True
    out_bias: bool = True
    ffn_bias: bool = True
    head_norm: bool = False
    near: Near | None = None
    head_bias: bool = True
    pooling: Literal["first", "mean"] = "first"
    pad_id: int | None = None
    start_id: int | None = None
    end_id: int | None = None

    @property
    def head(self) -> int:
        """The width of a head."""
        return self.head_width or self.width // self.heads

    @property
    def deviation(self) -> float:
        """Of fresh weights: 0.02 at a width of 768 (BERT, GPT-2); narrower models take more: sums keep their spread."""
        return 0.02 * math.sqrt(768 / self.width)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the dial says, filled in; see `Dims`."""

    vocab_size: int
    layers: int
    width: int
    heads: int
    ffn: int
    max_tokens: int
    dropout: float


class ModelConfig(Config):
    """A model to be made from random weights."""

    kind: NewKind = "bert"
    """`bert` and the newer `modernbert` read both ways (classifying); `gpt` and the newer `llama`, `qwen2` and `qwen3`
    write on; `t5` reads a text and writes another (`layers` of each), computed by transformers."""

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
    """Width of the feed-forward part; by default 4 times the width, with a gate (all but bert and gpt) 8/3: as many
    weights."""

    kv_heads: int | None = Field(default=None, ge=1, le=512)
    """Heads of keys and values in llama and qwen, a divisor of `heads`; by default as many as `heads`."""

    rope_base: float | None = Field(default=None, gt=1, le=1e9)
    """The base of rotary positions (all but bert and gpt), larger for texts of many thousand tokens; by default 10,000,
    in modernbert 160,000."""

    tied: bool = True
    """Words and output share one matrix; only llama and qwen can have two."""

    max_tokens: int = Field(default=128, ge=8, le=65_536)
    """The longest text in tokens that the model can ever read at once."""

    activation: Activation | None = None
    """Of the feed-forward part. By default `gelu` (the erf form, 4 times as fast in bf16 on a CPU as the tanh forms),
    and `silu` in llama and qwen."""

    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Share of hidden numbers dropped while training; 0 to below 1."""

    @model_validator(mode="after")
    def _fits_together(self) -> "ModelConfig":
        if self.preset is not None and self.depth is not None:
            raise ValueError("`preset` and `depth` both set the size, give one")
        _, width = self._size()
        if self.heads is not None and width % self.heads:
            raise ValueError(f"width {width} cannot be shared by {self.heads} heads")
        heads = self.heads or _heads(width)
        if self.kv_heads is not None and heads % self.kv_heads:
            raise ValueError(f"{heads} heads cannot share {self.kv_heads} heads of keys")
        if self.kind not in {"bert", "gpt", "t5"} and width // heads % 2:
            raise ValueError(f"heads of {width // heads} numbers cannot turn, an even width is needed")
        rotary_only = {"kv_heads", "rope_base", "tied"} - ({"rope_base"} if self.kind == "modernbert" else set())
        if self.kind not in ROTARY and rotary_only & self.model_fields_set:
            raise ValueError(f"`{min(rotary_only & self.model_fields_set)}` is not for kind {self.kind}")
        return self

    def sizes(self, vocab_size: int) -> Sizes:
        """The dial, filled in.

        Raises:
            LeafoutError: when there are no words.
        """
        if vocab_size < 1:
            raise LeafoutError(f"a vocabulary of {vocab_size} words makes no model", where="[model]")
        layers, width = self._size()
        ffn = self.ffn or (4 * width if self.kind in {"bert", "gpt"} else _gated(width))
        return Sizes(vocab_size, layers, width, self.heads or _heads(width), ffn, self.max_tokens, self.dropout)

    def resolved(self, vocab_size: int) -> Dims:
        """Every dimension of a model of ours filled in.

        Raises:
            LeafoutError: when there are no words, or the model is not of ours.
        """
        if self.kind == "t5":
            raise LeafoutError("`kind` is `t5`, which is computed by transformers", where="[model.kind]")
        sizes = self.sizes(vocab_size)
        layers, width, heads = sizes.layers, sizes.width, sizes.heads
        dims = Dims(
            kind=self.kind,
            vocab_size=vocab_size,
            layers=layers,
            width=width,
            heads=heads,
            ffn=sizes.ffn,
            max_tokens=self.max_tokens,
            activation=self.activation or ("silu" if self.kind in ROTARY else "gelu"),
            epsilon=_EPSILONS.get(self.kind, 1e-6),
            dropout=self.dropout,
        )
        if self.kind in {"bert", "gpt"}:
            return dims
        dims = replace(dims, rope=Rope(self.rope_base or _ROPE_BASES.get(self.kind, 10_000.0)), ffn_bias=False)
        if self.kind == "modernbert":
            near = Near(tuple(place % _FAR_EVERY > 0 for place in range(layers)), _REACH, Rope())
            return replace(dims, near=near, qkv_bias=False, out_bias=False, head_bias=False)
        return replace(
            dims,
            kv_heads=self.kv_heads or heads,
            head_width=width // heads,
            tied=self.tied,
            qkv_bias=self.kind == "qwen2",
            out_bias=False,
            head_norm=self.kind == "qwen3",
        )

    def _size(self) -> tuple[int, int]:
        depth = self.depth or self.layers or 4
        layers, width = _PRESETS[self.preset] if self.preset else (depth, HEAD_WIDTH * depth)
        return self.layers or layers, self.width or width


def _gated(width: int) -> int:
    """As many weights with the gate as 4 times the width has without; a multiple of 64 (Touvron et al. 2023)."""
    return max(64, round(8 * width / 3 / 64) * 64)


def _heads(width: int) -> int:
    """The number of heads that divides the width into parts nearest to 64."""
    divisors = [heads for heads in range(1, min(width, 512) + 1) if width % heads == 0]
    return min(divisors, key=lambda heads: (abs(width // heads - HEAD_WIDTH), heads))
