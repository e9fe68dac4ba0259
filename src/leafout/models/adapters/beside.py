"""A model with the adapter that lies beside its weights: what cannot be merged is fitted when it is loaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from leafout.core.errors import LeafoutError
from leafout.models.adapters.bottleneck import BottleneckShape, bottlenecks_in, fit_bottlenecks
from leafout.models.adapters.library import NAME, wrapped
from leafout.models.adapters.places import products
from leafout.models.adapters.prefix import fill_prefix, fit_prefix
from leafout.models.adapters.unmerged import CONFIG, FOLDER, PREFIX, WEIGHTS, unmerged
from leafout.models.heads import Classifier

MAX_NAMES, MAX_PREFIX = 10_000, 4096


def with_adapter(model: nn.Module, folder: Path) -> nn.Module:
    """A model with what lies in `adapter/`, fitted in place; a folder without an unmerged adapter changes nothing.

    Args:
        model: with the weights of the folder: a `Classifier` of ours, or one of transformers.
        folder: of the model.

    Raises:
        LeafoutError: when the adapter does not belong to the model, or holds NaN or infinity.
    """
    config = unmerged(folder)
    if config is None:
        return model
    if config["peft_type"] == PREFIX:
        return _with_prefix(model, config, folder / FOLDER)
    _fit_bottlenecks(model, config, folder / FOLDER)
    return model


def _with_prefix(model: nn.Module, config: Mapping[str, Any], adapter: Path) -> nn.Module:
    tokens = config.get("num_virtual_tokens")
    if not isinstance(tokens, int) or isinstance(tokens, bool) or not 1 <= tokens <= MAX_PREFIX:
        message = f"`num_virtual_tokens` is {tokens!r}, not a whole number from 1 to {MAX_PREFIX}"
        raise LeafoutError(message, where=str(adapter / CONFIG))
    if not isinstance(model, Classifier):
        fitted = wrapped(model, "PrefixTuningConfig", num_virtual_tokens=tokens)
        fill({"prompt_embeddings": fitted.prompt_encoder[NAME].embedding.weight}, adapter / WEIGHTS)
        whole: nn.Module = fitted
        return whole
    values = torch.empty(tokens, model.dims.layers * 2 * model.dims.width)
    fill({"prompt_embeddings": values}, adapter / WEIGHTS)
    fit_prefix(model, tokens, seed=0)
    fill_prefix(model, values)
    return model


def _fit_bottlenecks(model: nn.Module, config: Mapping[str, Any], adapter: Path) -> None:
    where, ours = str(adapter / CONFIG), products(model)
    targets, reduction, activation = (config.get(name) for name in ("target_modules", "reduction", "activation"))
    if not isinstance(targets, list) or len(targets) > MAX_NAMES or not all(target in ours for target in targets):
        raise LeafoutError("`target_modules` are not products of this model", where=where)
    if not isinstance(reduction, int) or isinstance(reduction, bool) or not 1 <= reduction <= 65_536:
        raise LeafoutError(f"`reduction` is {reduction!r}, not a whole number from 1 to 65536", where=where)
    if activation not in {"gelu", "relu", "silu"}:
        raise LeafoutError(f"`activation` is {activation!r}, not gelu, relu or silu", where=where)
    fit_bottlenecks(model, [ours[target] for target in targets], BottleneckShape(reduction, activation), seed=0)
    fitted = bottlenecks_in(model)
    wanted = {
        f"{target}.{name}": values for target in targets for name, values in fitted[ours[target]].tensors().items()
    }
    fill(wanted, adapter / WEIGHTS)


def fill(wanted: Mapping[str, Tensor], path: Path) -> None:
    """Copy tensors of a file into those of a model, by name.

    Raises:
        LeafoutError: when one is absent, has another shape, or holds NaN or infinity.
    """
    from safetensors import SafetensorError, safe_open

    try:
        opened: Any = safe_open(path, framework="pt")
        names = set(opened.keys())
    except (SafetensorError, OSError) as error:
        raise LeafoutError(f"`{path.name}` cannot be read: {error}", where=str(path)) from None
    for name, values in wanted.items():
        found = tuple(opened.get_slice(name).get_shape()) if name in names else None
        if found != tuple(values.shape):
            said = "is absent" if found is None else f"has the shape {found}"
            raise LeafoutError(f"`{name}` {said}, the model asks for {tuple(values.shape)}", where=str(path))
    with torch.no_grad():
        for name, values in wanted.items():
            tensor: Tensor = opened.get_tensor(name).to(torch.float32)
            if not torch.isfinite(tensor).all():
                raise LeafoutError(f"`{name}` holds NaN or infinity", where=str(path))
            values.copy_(tensor)
