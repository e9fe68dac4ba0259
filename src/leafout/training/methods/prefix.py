"""Prefixes in our encoders, saved in peft's layout; they stay beside the weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leafout.models.adapters.files import saved_modules, trained_tensors, write_adapter
from leafout.models.adapters.places import freeze
from leafout.models.adapters.prefix import drop_prefix, fit_prefix, prefix_of
from leafout.models.adapters.unmerged import PREFIX

if TYPE_CHECKING:
    from leafout.models.heads import Classifier


@dataclass(frozen=True)
class Prefix:
    """See `training.methods.method.Method`.

    Attributes:
        tokens: that stand before every text.
        seed: of their first keys and values.
    """

    tokens: int
    seed: int

    merges = False

    def fit_into(self, model: "Classifier") -> "Classifier":
        """Put a prefix into each layer; it and what stands on the encoder are trained."""
        freeze(model)
        fit_prefix(model, self.tokens, self.seed)
        return model

    def merge(self, model: "Classifier") -> "Classifier":
        """The plain model without the prefix: it cannot be merged."""
        drop_prefix(model)
        return model

    def write(self, model: "Classifier", folder: Path) -> None:
        """Write `adapter/` of a model that has its prefix."""
        dims = model.dims
        config = {
            "peft_type": PREFIX,
            "num_virtual_tokens": self.tokens,
            "token_dim": dims.width,
            "num_transformer_submodules": 1,
            "num_attention_heads": dims.heads,
            "num_layers": dims.layers,
            "encoder_hidden_size": dims.width,
            "prefix_projection": False,
            **saved_modules(model),
        }
        heads = {f"base_model.{name}": values for name, values in trained_tensors(model).items()}
        write_adapter(folder, config, {"prompt_embeddings": prefix_of(model), **heads})
