"""LoRA on our encoders: fitted into the products that are targets, saved in peft's layout, merged at the end."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from leafout.core.errors import LeafoutError
from leafout.models.adapters.files import named_for_peft, saved_modules, trained_tensors, write_adapter
from leafout.models.adapters.lora import LowRank, LowRankShape
from leafout.models.adapters.places import freeze, linear_at, places

if TYPE_CHECKING:
    from leafout.models.heads import Classifier


@dataclass(frozen=True)
class Lora:
    """See `training.methods.method.Method`.

    Attributes:
        shape: of the narrow products.
        targets: see `models.adapters.places.places`.
        seed: of their first weights.
    """

    shape: LowRankShape
    targets: tuple[str, ...]
    seed: int

    merges = True

    def fit_into(self, model: "Classifier") -> "Classifier":
        """Put narrow products beside the targets; only they and what stands on the encoder are trained.

        Raises:
            LeafoutError: for an unknown target, or a rank that is larger than the product.
        """
        freeze(model)
        generator = torch.Generator().manual_seed(self.seed)
        for place in places(model, self.targets, where="[lora.targets]"):
            product = linear_at(model, place.ours)
            most = min(product.in_features, *(part.height for part in place.parts))
            if self.shape.rank > most:
                message = f"`rank` is {self.shape.rank}, `{place.parts[0].theirs}` has {most} at most"
                raise LeafoutError(message, where="[lora.rank]", hint="a rank well below it is what saves memory")
            model.set_submodule(place.ours, LowRank(product, place.parts, self.shape, generator))
        return model

    def merge(self, model: "Classifier") -> "Classifier":
        """Add what was learnt to the weights; the narrow products are gone."""
        for name, module in _fitted(model).items():
            model.set_submodule(name, module.merged())
        return model

    def write(self, model: "Classifier", folder: Path) -> None:
        """Write `adapter/` of a model that is not merged yet."""
        fitted, tensors = _fitted(model), trained_tensors(model)
        for module in fitted.values():
            tensors |= module.tensors()
        shape = self.shape
        config = {
            "peft_type": "LORA",
            "r": shape.rank,
            "lora_alpha": shape.alpha,
            "lora_dropout": shape.dropout,
            "use_rslora": shape.rs,
            "use_dora": shape.dora,
            "bias": "none",
            "target_modules": [part.theirs for module in fitted.values() for part in module.parts],
            **saved_modules(model),
        }
        write_adapter(folder, config, named_for_peft(tensors))


def _fitted(model: "Classifier") -> dict[str, LowRank]:
    return {name: module for name, module in model.named_modules() if isinstance(module, LowRank)}
