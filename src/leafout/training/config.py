"""What every training stage lets its user choose; no torch here."""

from typing import Literal, Self

from pydantic import Field, model_validator

from leafout.core.config import Config


class Budget(Config):
    """How much training; exactly one of the four."""

    minutes: float | None = Field(default=None, gt=0, le=1_000_000)
    """Minutes; they become steps once, before training, by timing a few."""
    steps: int | None = Field(default=None, ge=1)
    """Updates of the weights."""
    tokens: int | None = Field(default=None, ge=1)
    """Tokens read, padding there is none."""
    epochs: float | None = Field(default=None, gt=0, le=1_000_000)
    """Passes over the training part; a fraction is possible."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("minutes", "steps", "tokens", "epochs") if getattr(self, name) is not None]
        if len(given) != 1:
            said = " and ".join(f"`{name}`" for name in given) or "none"
            raise ValueError(f"give one of `minutes`, `steps`, `tokens`, `epochs`, not {said}")
        return self


class Stop(Config):
    """When to end before the budget does."""

    patience: int = Field(default=0, ge=0)
    """Evaluations without a better one that are waited for; 0 never stops early."""


class Spikes(Config):
    """What happens at a step whose loss jumps; it is told in any case."""

    policy: Literal["keep", "skip", "rewind", "stop"] = "keep"
    """`keep` goes on; `skip` leaves the update out; `rewind` goes back to the weights of up to 100 steps before and on
    with the data behind the spike; `stop` ends training with a checkpoint, without the update."""
    deviations: float = Field(default=10, gt=0)
    """A spike lies so many standard deviations over the median of the last 100 losses."""


class TrainingConfig(Config):
    """The fields that all training stages share."""

    budget: Budget = Budget(epochs=3)
    """How much training: one of `minutes`, `steps`, `tokens`, `epochs`."""
    batch_tokens: int = Field(default=2048, ge=16)
    """Tokens of one update, whatever the lengths of the texts are and however many parts it is computed in."""
    part_tokens: int = Field(default=0, ge=0)
    """Tokens computed at once, to save memory; 0 computes a whole update at once on a GPU and 4096 on a CPU."""
    peak_rate: float | None = Field(default=None, gt=0, le=10)
    """Learning rate after warm-up; by default the stage's rule, smaller for wider models."""
    warmup: float = Field(default=0.06, ge=0, lt=1)
    """Fraction of the steps in which the rate rises."""
    schedule: Literal["linear", "cosine", "wsd", "inverse_sqrt", "constant"] = "linear"
    """How the rate goes on after warm-up: `linear` and `cosine` fall to `final_rate`; `wsd` stands still and falls at
    the end (`cooldown`); `inverse_sqrt` falls with the root of the step, whatever the budget."""
    cooldown: float = Field(default=0.2, gt=0, le=1)
    """With `wsd`: the fraction of the steps in which the rate falls to `final_rate`."""
    final_rate: float = Field(default=0.0, ge=0, le=1)
    """Rate of the last step, as a fraction of the peak."""
    optimizer: Literal["adamw", "adafactor", "muon"] = "adamw"
    """`adafactor` keeps a fraction of the memory; `muon` makes the updates of hidden matrices orthogonal (the rest goes
    by AdamW) and learns more in a step, which takes longer."""
    weight_decay: float = Field(default=0.01, ge=0, lt=1)
    """Pulls matrices towards zero; biases and norms are left alone."""
    beta2: float = Field(default=0.98, gt=0, lt=1)
    """Memory of AdamW's second moment; shorter runs want less of it."""
    average: float = Field(default=0, ge=0, lt=1)
    """Evaluate and keep a running average of the weights instead of the last ones: how much of it stays at a step, such
    as 0.999; 0 keeps none."""
    clip: float = Field(default=1.0, ge=0)
    """Largest norm of a gradient; 0 never clips."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Number format of matrix products; `auto` takes bf16 where it is faster on this machine."""
    evaluations: int = Field(default=8, ge=1)
    """How often `val` is looked at, evenly over the steps, the last time at the end."""
    stop: Stop = Stop()
    """When to end before the budget does."""
    bad_steps: int = Field(default=10, ge=0)
    """Steps in a row with an infinite or undefined gradient that are skipped before training gives up."""
    spikes: Spikes = Spikes()
    """What happens at a step whose loss jumps."""
    checkpoint_seconds: float = Field(default=60, ge=0)
    """Seconds between checkpoints; 0 writes one after each step."""
    tracking: tuple[Literal["tensorboard", "wandb", "mlflow"], ...] = ()
    """Who else gets the figures of `notes/metrics.jsonl`: their files lie in `notes/` and nothing leaves the machine
    (needs the extra `tracking`)."""
    recompute: bool = False
    """Compute the inner values of each layer again for the gradients instead of keeping them: a fraction of the memory,
    a third more time, the same result."""
    find_rate: bool = False
    """Find the peak rate before training: 60 steps at rising rates from the first weights, which are put back (Smith
    2017). The sweep lies in `notes/rate_sweep.json`."""
