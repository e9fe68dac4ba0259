"""The library peft, where it is asked for, and what it needs to know of a model of transformers."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

from leafout.core.errors import LeafoutError

NAME = "default"
"""Of the one adapter in a model."""


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


def wrapped(model: nn.Module, config: str, **fields: Any) -> Any:
    """A classifier of transformers with an adapter of peft in it; all that stands on its encoder is trained.

    Args:
        model: changed in place too.
        config: the class in peft, such as `LoraConfig`.
        fields: of it.

    Raises:
        LeafoutError: when peft is absent, or has no place in this architecture.
    """
    peft = peft_library()
    try:
        with _calm():
            made = getattr(peft, config)(task_type="SEQ_CLS", modules_to_save=fresh_modules(model), **fields)
            return peft.get_peft_model(model, made)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        message = f"peft cannot fit into this model: {' '.join(str(error).split())[:300]}"
        raise LeafoutError(message, where="[method]", hint="name its modules with `targets`") from None


def fresh_modules(model: nn.Module) -> list[str]:
    """The modules of a classifier of transformers that stand on its encoder, and the encoder's pooler."""
    prefix: Any = model.base_model_prefix
    heads = sorted(name for name, module in model.named_children() if name != prefix and list(module.parameters()))
    inner = getattr(model, prefix, None)
    pooler = inner is not None and getattr(inner, "pooler", None) is not None
    return [*heads, "pooler"] if pooler else heads


@contextmanager
def _calm() -> Iterator[None]:
    """Without the warnings of two libraries about each other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
