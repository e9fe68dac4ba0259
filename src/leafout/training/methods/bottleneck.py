"""Bottleneck adapters, in our encoders and in those of transformers alike; they stay beside the weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from torch import nn

from leafout.core.errors import LeafoutError
from leafout.models.adapters.bottleneck import BottleneckShape, bottlenecks_in, fit_bottlenecks
from leafout.models.adapters.files import trained_tensors, write_adapter
from leafout.models.adapters.places import freeze, inner_model, products
from leafout.models.adapters.unmerged import BOTTLENECK
from leafout.models.heads import Classifier

if TYPE_CHECKING:
    from torch import Tensor

    from leafout.training.foreign import ForeignClassifier

_BEHIND_ATTENTION = ("attention.output.dense", "attention.out_lin", "attn.Wo", "self_attn.out_proj", "attention.dense")
_BEHIND_FEED_FORWARD = ("output.dense", "ffn.lin2", "mlp.Wo", "fc2", "ffn_output")


@dataclass(frozen=True)
class Bottlenecks:
    """See `training.methods.method.Method`.

    Attributes:
        kind: `houlsby` stands behind attention too, and trains the norms (Houlsby et al. 2019, section 2.1).
        shape: of the small networks.
        targets: the ends of the names on disk of the products; none takes those of the kind.
        seed: of first weights.
    """

    kind: Literal["houlsby", "pfeiffer"]
    shape: BottleneckShape
    targets: tuple[str, ...]
    seed: int

    merges = False

    def fit_into(self, model: Any) -> Any:
        """Put small networks behind products; they, the head and perhaps the norms are trained.

        Raises:
            LeafoutError: when the model has no product of these names.
        """
        inner = inner_model(model)
        names = self._places(inner)
        freeze(inner)
        if self.kind == "houlsby":
            for module in inner.modules():
                if isinstance(module, nn.LayerNorm):
                    module.requires_grad_(requires_grad=True)
        fit_bottlenecks(inner, names, self.shape, self.seed)
        return model

    def merge(self, model: Any) -> Any:
        """The plain model without the small networks: they cannot be merged."""
        inner = inner_model(model)
        for name, module in bottlenecks_in(inner).items():
            inner.set_submodule(name, module.product)
        return model

    def write(self, model: "Classifier | ForeignClassifier", folder: Path) -> None:
        """Write `adapter/`: the small networks, and all else that was trained."""
        inner = inner_model(model)
        fitted = bottlenecks_in(inner)
        theirs = {ours: name for name, ours in _all_products(inner).items()}
        small: dict[str, Tensor] = {
            f"{theirs[place]}.{name}": values
            for place, module in fitted.items()
            for name, values in module.tensors().items()
        }
        config = {
            "peft_type": BOTTLENECK,
            "kind": self.kind,
            "reduction": self.shape.reduction,
            "activation": self.shape.activation,
            "target_modules": [theirs[place] for place in fitted],
        }
        own = {name: values for name, values in trained_tensors(inner).items() if not _is_within(name, fitted)}
        write_adapter(folder, config, own | small)

    def _places(self, model: nn.Module) -> list[str]:
        found = products(model)
        behind_attention = [name for name in found if name.endswith(_BEHIND_ATTENTION)]
        behind_feed_forward = [
            name for name in found if name.endswith(_BEHIND_FEED_FORWARD) and name not in behind_attention
        ]
        taken = {*behind_feed_forward, *(behind_attention if self.kind == "houlsby" else [])}
        if self.targets:
            taken = {name for name in found if name.endswith(self.targets)}
        if not taken:
            hint = "name the ends of its products: `adapter: {targets: [output.dense]}`"
            raise LeafoutError("the model has no product to put an adapter behind", where="[adapter]", hint=hint)
        return [ours for name, ours in found.items() if name in taken]


def _all_products(model: nn.Module) -> dict[str, str]:
    """Those of a fitted model too."""
    if isinstance(model, Classifier):
        return products(model)
    return {name: name for name in (*products(model), *bottlenecks_in(model))}


def _is_within(name: str, fitted: dict[str, Any]) -> bool:
    return any(name.startswith(f"{place}.") for place in fitted)
