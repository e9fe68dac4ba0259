"""Limits of alerts, without numpy: a stage file imports them for its config."""

from pydantic import Field

from leafout.core.config import Config


class AlertLimits(Config):
    """Beyond what an alert is raised."""

    drift: float = Field(default=0.05, gt=0, lt=1)
    """Share of false alarms that may come from drift: a stream without any alarms this often."""
    error_fraction: float = Field(default=0.01, ge=0, le=1)
    """Largest fraction of requests that may end in an error of the service (status 500 and above)."""
    p95_milliseconds: float = Field(default=0.0, ge=0)
    """Longest time within which 95 % of requests must be answered; 0 does not look."""
    abstained_rise: float = Field(default=0.1, ge=0, le=1)
    """How far the fraction of abstentions may lie above that on validation."""
    accuracy_drop: float = Field(default=0.05, ge=0, le=1)
    """How far accuracy on late labels may lie below that on validation; the interval's upper end must be below it."""
