"""The learning rate and the moments of evaluation, as functions of the step."""

import math

from leafout.training.config import TrainingConfig


def rate_factor(step: int, steps: int, config: TrainingConfig) -> float:
    """The learning rate of a step as a fraction of the peak.

    `wsd`: warm-up, stable, decay (Hu et al. 2024, "MiniCPM", section 4); the decay is linear (Haegele et al. 2024).
    `inverse_sqrt`: Vaswani et al. 2017, section 5.3; it has no end, so that a run can be lengthened.

    Args:
        step: from 0 to `steps` - 1.
        steps: of the whole run.
        config: warm-up, shape and end.
    """
    warm = round(config.warmup * steps)
    if step < warm:
        return (step + 1) / (warm + 1)
    if config.schedule == "constant":
        return 1.0
    if config.schedule == "inverse_sqrt":
        return math.sqrt((warm + 1) / (step + 1))
    first = warm if config.schedule != "wsd" else max(warm, steps - max(1, round(config.cooldown * steps)))
    done = max(0, step - first) / (steps - first)
    left = 0.5 * (1 + math.cos(math.pi * done)) if config.schedule == "cosine" else 1 - done
    return config.final_rate + (1 - config.final_rate) * left


def evaluation_steps(steps: int, evaluations: int) -> frozenset[int]:
    """After how many steps `val` is looked at: evenly spread, the last time after all."""
    return frozenset(max(1, round(place * steps / evaluations)) for place in range(1, evaluations + 1))
