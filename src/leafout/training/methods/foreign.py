"""LoRA and prefixes on the models of transformers, by peft (the extra `peft`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from leafout.models.adapters.files import write_adapter
from leafout.models.adapters.library import NAME, fresh_modules, wrapped

if TYPE_CHECKING:
    from torch import nn

    from leafout.training.foreign import ForeignClassifier


@dataclass(frozen=True)
class PeftMethod:
    """See `training.methods.method.Method`.

    Attributes:
        config: the class in peft, such as `LoraConfig`.
        fields: of it.
        merges: whether peft can merge it.
        seed: of first weights.
    """

    config: str
    fields: Mapping[str, Any]
    merges: bool
    seed: int

    def fit_into(self, model: "ForeignClassifier") -> "ForeignClassifier":
        """Let peft wrap the model; what stands on the encoder is trained whole.

        Raises:
            LeafoutError: when peft is absent, or has no place in this architecture.
        """
        torch.manual_seed(self.seed)
        model.model = wrapped(model.model, self.config, **self.fields)
        return model

    def merge(self, model: "ForeignClassifier") -> "ForeignClassifier":
        """The plain model of transformers, with its trained head."""
        fitted: Any = model.model
        model.model = fitted.merge_and_unload() if self.merges else _plain(fitted.get_base_model())
        return model

    def write(self, model: "ForeignClassifier", folder: Path) -> None:
        """Write `adapter/` of a model that is not merged yet."""
        from peft.utils import get_peft_model_state_dict

        fitted: Any = model.model
        config = {name: _written(value) for name, value in fitted.peft_config[NAME].to_dict().items()}
        config |= {"base_model_name_or_path": None, "modules_to_save": fresh_modules(fitted.get_base_model())}
        config["inference_mode"] = True
        tensors = get_peft_model_state_dict(fitted, save_embedding_layers=False)
        write_adapter(folder, config, tensors)


def _plain(model: "nn.Module") -> "nn.Module":
    """A model whose trained heads stand where peft had wrapped them."""
    from peft.utils import ModulesToSaveWrapper

    wrapped = {name: module for name, module in model.named_modules() if isinstance(module, ModulesToSaveWrapper)}
    for name, module in wrapped.items():
        model.set_submodule(name, module.modules_to_save[NAME])
    return model


def _written(value: Any) -> Any:
    """A field of peft's config as JSON, sets in order."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value.value) if hasattr(value, "value") else value
