"""Which weights of a classifier are trained, and what becomes of them: one method for each `method` of a config."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from leafout.training.foreign import ForeignClassifier
from leafout.training.methods.config import AdaLoraFields, AdapterFields, MethodTraining

if TYPE_CHECKING:
    from torch import nn

RATES = {"full": 1.0, "lora": 6.0, "adalora": 10.0, "prefix": 50.0, "adapter": 5.0}
"""Peak rate of each method as a multiple of that of `full`.

Published: LoRA 4e-4 to 5e-4 where full tuning takes 2e-5 to 5e-5 (Hu et al. 2022, table 9), AdaLoRA
5e-4 to 2e-3 (Zhang et al. 2023, table 8), adapters 3e-5 to 3e-3 (Houlsby et al. 2019, section 3.2), prefixes 5e-3
(Liu et al. 2022, "P-tuning v2").
"""

LARGEST_RATE = 0.01
"""No multiple goes over it: the head is trained at the same rate."""


class Method(Protocol):
    """What `method` names."""

    @property
    def merges(self) -> bool:
        """Whether what was learnt can be put into the model's own weights."""

    def fit_into(self, model: Any) -> Any:
        """Prepare a model for training: what is not trained needs no gradient afterwards."""

    def merge(self, model: Any) -> Any:
        """The plain model as it is saved: what was learnt is in its own weights where the method merges."""

    def write(self, model: Any, folder: Path) -> None:
        """Write what was learnt into `adapter/` of a folder, before it is merged."""


@dataclass(frozen=True)
class Full:
    """All weights are trained."""

    merges = False

    def fit_into(self, model: "nn.Module") -> "nn.Module":
        """The model as it is."""
        return model

    def merge(self, model: "nn.Module") -> "nn.Module":
        """The model as it is."""
        return model

    def write(self, model: "nn.Module", folder: Path) -> None:
        """Nothing lies beside the weights."""


def method_of(config: MethodTraining, model: "nn.Module", *, seed: int, steps: int) -> Method:
    """The method that a config asks for, as it is done on a model.

    Args:
        config: `method`, and its fields.
        model: one of ours, or a `ForeignClassifier`.
        seed: of first weights.
        steps: of the training; none matters but to `adalora`.
    """
    if config.method == "full":
        return Full()
    if config.method == "adalora":
        return _adalora(config.adalora, steps, seed)
    if config.method == "adapter":
        return _bottlenecks(config.adapter, seed)
    return _of_foreign(config, seed) if isinstance(model, ForeignClassifier) else _of_ours(config, seed)


def _adalora(fields: AdaLoraFields, steps: int, seed: int) -> Method:
    from leafout.models.adapters.adalora import AdaptiveShape, Timetable
    from leafout.training.methods.adalora import AdaLora

    shape = AdaptiveShape(
        fields.first_rank, fields.last_rank, fields.alpha, fields.dropout, fields.smoothing, fields.orthogonality
    )
    warmup, final = int(fields.warmup * steps), int(fields.final * steps)
    times = Timetable(steps, warmup, final, fields.every or max(1, steps // 100))
    return AdaLora(shape, times, fields.targets, seed)


def _bottlenecks(fields: AdapterFields, seed: int) -> Method:
    from leafout.models.adapters.bottleneck import BottleneckShape
    from leafout.training.methods.bottleneck import Bottlenecks

    return Bottlenecks(fields.kind, BottleneckShape(fields.reduction, fields.activation), fields.targets, seed)


def _of_ours(config: MethodTraining, seed: int) -> Method:
    from leafout.models.adapters.lora import LowRankShape
    from leafout.training.methods.lora import Lora
    from leafout.training.methods.prefix import Prefix

    if config.method == "prefix":
        return Prefix(config.prefix.tokens, seed)
    fields = config.lora
    shape = LowRankShape(fields.rank, fields.alpha, fields.dropout, rs=fields.rs, dora=fields.dora)
    return Lora(shape, fields.targets, seed)


def _of_foreign(config: MethodTraining, seed: int) -> Method:
    from leafout.training.methods.foreign import PeftMethod

    if config.method == "prefix":
        fields_of_prefix = {"num_virtual_tokens": config.prefix.tokens}
        return PeftMethod("PrefixTuningConfig", fields_of_prefix, merges=False, seed=seed)
    fields = config.lora
    given = {
        "r": fields.rank,
        "lora_alpha": fields.alpha,
        "lora_dropout": fields.dropout,
        "target_modules": list(fields.targets) or None,
        "use_rslora": fields.rs,
        "use_dora": fields.dora,
    }
    return PeftMethod("LoraConfig", given, merges=True, seed=seed)
