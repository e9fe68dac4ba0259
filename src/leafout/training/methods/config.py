"""The fields of the methods that train little: their defaults are those of their papers where these agree."""

from typing import Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.training.config import TrainingConfig


class LoraFields(Config):
    """Low-rank adaptation (Hu et al. 2022)."""

    rank: int = Field(default=8, ge=1, le=4096)
    """Width of the narrow products beside each target."""
    alpha: float = Field(default=16.0, gt=0, le=1_000_000)
    """Weight of what is learnt, before it is divided by the rank's root (`rs`) or the rank."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the inputs of the narrow products dropped while training."""
    targets: tuple[str, ...] = ()
    """Which products: of `query`, `key`, `value`, `qkv` (all three), `out`, `rise`, `fall`, or the module names of
    another architecture; none takes queries and values, or what peft takes for the architecture."""
    rs: bool = True
    """Divide `alpha` by the root of the rank, so that larger ranks learn no slower (Kalajdzievski 2023)."""
    dora: bool = False
    """Learn the norms of the rows beside (Liu et al. 2024); slower, often a little better at small ranks."""


class PrefixFields(Config):
    """Prefix-tuning (Li and Liang 2021)."""

    tokens: int = Field(default=16, ge=1, le=4096)
    """Keys and values that stand before every text in each layer; texts can be shorter by as many."""


class AdapterFields(Config):
    """Bottleneck adapters (Houlsby et al. 2019; Pfeiffer et al. 2021)."""

    kind: Literal["pfeiffer", "houlsby"] = "pfeiffer"
    """`pfeiffer` puts small networks behind each feed-forward part, `houlsby` behind attention too and trains norms."""
    reduction: int = Field(default=16, ge=1, le=65_536)
    """They are so many times narrower than the model."""
    activation: Literal["gelu", "relu", "silu"] = "gelu"
    """Between their two products."""
    targets: tuple[str, ...] = ()
    """The ends of the names of the products they stand behind, in an architecture where they are not found."""


class MethodTraining(TrainingConfig):
    """A training, and which weights it changes."""

    method: Literal["full", "lora", "prefix", "adapter"] = "full"
    """`full` trains all weights; the others stop the model's own and train small modules within it, and the head."""
    lora: LoraFields = LoraFields()
    """Of `method: lora`."""
    prefix: PrefixFields = PrefixFields()
    """Of `method: prefix`."""
    adapter: AdapterFields = AdapterFields()
    """Of `method: adapter`."""

    @property
    def taken_positions(self) -> int:
        """Positions that the method takes away from texts."""
        return self.prefix.tokens if self.method == "prefix" else 0
