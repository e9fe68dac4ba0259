"""LoRA and prefixes on the models of transformers, by peft (the extra `peft`)."""

import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from leafout.core.errors import LeafoutError
from leafout.models.adapters.files import write_adapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from leafout.training.foreign import ForeignClassifier

_NAME = "default"


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
        peft: Any = peft_library()
        torch.manual_seed(self.seed)
        heads = fresh_modules(model.model)
        try:
            with _calm():
                config = getattr(peft, self.config)(task_type="SEQ_CLS", modules_to_save=heads, **self.fields)
                wrapped = peft.get_peft_model(model.model, config)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            message = f"peft cannot fit into this model: {' '.join(str(error).split())[:300]}"
            raise LeafoutError(message, where="[method]", hint="name its modules with `targets`") from None
        model.model = wrapped
        return model

    def merge(self, model: "ForeignClassifier") -> "ForeignClassifier":
        """The plain model of transformers, with its trained head."""
        wrapped: Any = model.model
        model.model = wrapped.merge_and_unload() if self.merges else _plain(wrapped.get_base_model())
        return model

    def write(self, model: "ForeignClassifier", folder: Path) -> None:
        """Write `adapter/` of a model that is not merged yet."""
        from peft.utils import get_peft_model_state_dict

        wrapped: Any = model.model
        config = {name: _written(value) for name, value in wrapped.peft_config[_NAME].to_dict().items()}
        config |= {"base_model_name_or_path": None, "modules_to_save": fresh_modules(wrapped.get_base_model())}
        config["inference_mode"] = True
        tensors = get_peft_model_state_dict(wrapped, save_embedding_layers=False)
        write_adapter(folder, config, tensors)


def peft_library() -> Any:
    """The library peft.

    Raises:
        LeafoutError: when it is not installed.
    """
    try:
        import peft
    except ImportError:
        hint = "pip install 'leafout[peft]'; models in BERT's and ModernBERT's layout need no library for it"
        raise LeafoutError("peft is not installed", where="[method]", hint=hint) from None
    return peft


def fresh_modules(model: "nn.Module") -> list[str]:
    """The modules of a classifier of transformers that stand on its encoder, and the encoder's pooler."""
    prefix: Any = model.base_model_prefix
    heads = sorted(name for name, module in model.named_children() if name != prefix and list(module.parameters()))
    inner = getattr(model, prefix, None)
    pooler = inner is not None and getattr(inner, "pooler", None) is not None
    return [*heads, "pooler"] if pooler else heads


def _plain(model: "nn.Module") -> "nn.Module":
    """A model whose trained heads stand where peft had wrapped them."""
    from peft.utils import ModulesToSaveWrapper

    wrapped = {name: module for name, module in model.named_modules() if isinstance(module, ModulesToSaveWrapper)}
    for name, module in wrapped.items():
        model.set_submodule(name, module.modules_to_save[_NAME])
    return model


def _written(value: Any) -> Any:
    """A field of peft's config as JSON, sets in order."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value.value) if hasattr(value, "value") else value


@contextmanager
def _calm() -> "Iterator[None]":
    """Without the warnings of two libraries about each other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
