"""What a release may differ from its model before it is refused."""

from pydantic import Field

from leafout.core.config import Config


class ParityLimits(Config):
    """Bounds of the parity certificate, and how much is measured for it."""

    agreement: float = Field(default=0.97, ge=0, le=1)
    """Least fraction of rows (of tokens, for a model that generates) on which both give the same answer."""
    score_drop: float = Field(default=0.02, ge=0, le=1)
    """Most that accuracy may lose against the model, as a fraction."""
    logit_difference: float | None = Field(default=None, gt=0)
    """Largest difference of a logit; none is set for int8 and bf16, and 0.001 holds for fp32."""
    flip_rate: float = Field(default=0.001, ge=0, le=1)
    """Most answers that may change with the batch they are computed in, as a fraction over all random batchings."""
    num_rows: int = Field(default=2000, ge=0)
    """Rows of `val` that both answer; 0 takes all."""
    flip_rows: int = Field(default=128, ge=2)
    """Rows of `val` that are batched again and again."""
    num_batchings: int = Field(default=100, ge=1)
    """Random batchings for the flip rate."""
