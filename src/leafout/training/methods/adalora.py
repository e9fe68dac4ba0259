"""AdaLoRA, in our encoders and in those of transformers alike, saved in peft's layout, merged at the end.

peft has it for the latter, but keeps what it knows of importance outside of every checkpoint: a resume would not be
exact. Ours keeps it beside the weights.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from leafout.core.errors import LeafoutError
from leafout.models.adapters.adalora import AdaptiveRank, AdaptiveShape, Allocation, Timetable
from leafout.models.adapters.files import named_for_peft, trained_tensors, write_adapter
from leafout.models.adapters.library import fresh_modules
from leafout.models.adapters.places import ALL, freeze, head_modules, inner_model, linear_at, places
from leafout.models.heads import Classifier

if TYPE_CHECKING:
    from torch import nn

_ALLOCATION = "allocation"


@dataclass(frozen=True)
class AdaLora:
    """See `training.methods.method.Method`.

    Attributes:
        shape: ranks and their weights.
        timetable: when ranks are given up.
        targets: see `models.adapters.places.places`; none takes all products.
        seed: of first weights.
    """

    shape: AdaptiveShape
    timetable: Timetable
    targets: tuple[str, ...]
    seed: int

    merges = True

    def fit_into(self, model: Any) -> Any:
        """Put A, e and B beside the targets; only they and what stands on the encoder are trained.

        Raises:
            LeafoutError: for an unknown target, or more ranks than a product has.
        """
        inner = inner_model(model)
        freeze(inner)
        generator = torch.Generator().manual_seed(self.seed)
        for place in places(inner, self.targets or (ALL,), where="[adalora.targets]"):
            product = linear_at(inner, place.ours)
            most = min(product.in_features, *(part.height for part in place.parts))
            if self.shape.first_rank > most:
                message = f"`first_rank` is {self.shape.first_rank}, `{place.parts[0].theirs}` has {most} at most"
                raise LeafoutError(message, where="[adalora.first_rank]")
            inner.set_submodule(place.ours, AdaptiveRank(product, place.parts, self.shape, generator))
        inner.add_module(_ALLOCATION, Allocation(list(_fitted(inner).values()), self.shape, self.timetable))
        return model

    def merge(self, model: Any) -> Any:
        """Add what was learnt to the weights; all that was fitted is gone."""
        inner = inner_model(model)
        for name, module in _fitted(inner).items():
            inner.set_submodule(name, module.merged())
        delattr(inner, _ALLOCATION)
        return model

    def write(self, model: Any, folder: Path) -> None:
        """Write `adapter/` of a model that is not merged yet."""
        inner, times, shape = inner_model(model), self.timetable, self.shape
        fitted = _fitted(inner)
        tensors = {
            name: values
            for name, values in trained_tensors(inner).items()
            if not any(name.startswith(f"{place}.") for place in fitted)
        }
        pattern: dict[str, list[bool]] = {}
        for module in fitted.values():
            tensors |= module.tensors()
            pattern |= module.pattern()
        config = {
            "peft_type": "ADALORA",
            "init_r": shape.first_rank,
            "target_r": shape.last_rank,
            "lora_alpha": shape.alpha,
            "lora_dropout": shape.dropout,
            "beta1": shape.smoothing,
            "beta2": shape.smoothing,
            "orth_reg_weight": shape.orthogonality,
            "tinit": times.warmup,
            "tfinal": times.final,
            "deltaT": times.every,
            "total_step": times.steps,
            "rank_pattern": pattern,
            "target_modules": [part.theirs for module in fitted.values() for part in module.parts],
            "modules_to_save": head_modules(inner) if isinstance(inner, Classifier) else fresh_modules(inner),
        }
        write_adapter(folder, config, named_for_peft(tensors))


def _fitted(model: "nn.Module") -> dict[str, AdaptiveRank]:
    return {name: module for name, module in model.named_modules() if isinstance(module, AdaptiveRank)}
