"""The fields of the methods that train little: their defaults are those of their papers where these agree."""

from typing import Literal, Self

from pydantic import Field, model_validator

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


class AdaLoraFields(Config):
    """Low-rank adaptation whose ranks are shared out by what matters (Zhang et al. 2023)."""

    first_rank: int = Field(default=12, ge=1, le=4096)
    """Ranks of each target at first."""
    last_rank: int = Field(default=8, ge=1, le=4096)
    """Ranks of a target in the end, on average over all."""
    alpha: float = Field(default=16.0, gt=0, le=1_000_000)
    """Weight of what is learnt, before it is divided by `first_rank`."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the inputs of the narrow products dropped while training."""
    targets: tuple[str, ...] = ()
    """Which products, as with `lora`; none takes all."""
    warmup: float = Field(default=0.1, ge=0, lt=1)
    """Fraction of the steps with all ranks."""
    final: float = Field(default=0.4, ge=0, lt=1)
    """Fraction of the steps with the last ranks."""
    every: int = Field(default=0, ge=0)
    """Steps from one choice of ranks to the next; 0 is a hundredth of all."""
    smoothing: float = Field(default=0.85, gt=0, lt=1)
    """How much of what mattered before stays at a step."""
    orthogonality: float = Field(default=0.1, ge=0, le=100)
    """Weight of what keeps the ranks of a target apart."""

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.last_rank > self.first_rank:
            raise ValueError(f"`last_rank` is {self.last_rank}, `first_rank` only {self.first_rank}")
        if self.warmup + self.final >= 1:
            raise ValueError("`warmup` and `final` together leave no steps in which ranks are given up")
        return self


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

    method: Literal["full", "lora", "adalora", "prefix", "adapter"] = "full"
    """`full` trains all weights; the others stop the model's own and train small modules within it, and the head."""
    lora: LoraFields = LoraFields()
    """Of `method: lora`."""
    adalora: AdaLoraFields = AdaLoraFields()
    """Of `method: adalora`."""
    prefix: PrefixFields = PrefixFields()
    """Of `method: prefix`."""
    adapter: AdapterFields = AdapterFields()
    """Of `method: adapter`."""

    @model_validator(mode="after")
    def _ranks_can_be_shared_out(self) -> Self:
        if self.method == "adalora" and self.budget.minutes is not None:
            raise ValueError(
                "`adalora` gives ranks up over a known number of steps: give `epochs`, `steps` or `tokens`"
            )
        if self.method == "adalora" and self.average:
            raise ValueError("an `average` of the weights has ranks that `adalora` gave up")
        return self

    @property
    def taken_positions(self) -> int:
        """Positions that the method takes away from texts."""
        return self.prefix.tokens if self.method == "prefix" else 0
