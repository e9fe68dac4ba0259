"""A model with the adapter that lies beside its weights: what cannot be merged is fitted when it is loaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from leafout.core.errors import LeafoutError
from leafout.models.adapters.bottleneck import BottleneckShape, bottlenecks_in, fit_bottlenecks
from leafout.models.adapters.places import products
from leafout.models.adapters.unmerged import CONFIG, FOLDER, WEIGHTS, unmerged

MAX_NAMES = 10_000


def with_adapter(model: nn.Module, folder: Path) -> nn.Module:
    """Fit what lies in `adapter/` into a model, in place; a folder without an unmerged adapter changes nothing.

    Args:
        model: with the weights of the folder: a `Classifier` of ours, or one of transformers.
        folder: of the model.

    Raises:
        LeafoutError: when the adapter does not belong to the model, or holds NaN or infinity.
    """
    config = unmerged(folder)
    if config is not None:
        _fit_bottlenecks(model, config, folder / FOLDER)
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
    model.to(next(model.parameters()).device)


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
