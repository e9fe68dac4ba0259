"""`adapter/` of a model folder: whether the weights beside it hold what it says, or need it to answer.

LoRA is merged into the weights, its `adapter/` is there for peft. A prefix and bottlenecks cannot be merged: who loads
the weights alone gets a model that has not learnt.
"""

from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object

FOLDER, CONFIG, WEIGHTS = "adapter", "adapter_config.json", "adapter_model.safetensors"
PREFIX, BOTTLENECK = "PREFIX_TUNING", "BOTTLENECK"
_MERGED = {"LORA", "ADALORA"}


def unmerged(folder: Path) -> dict[str, Any] | None:
    """The config of an adapter that a model folder needs to answer; None where there is none.

    Raises:
        LeafoutError: when there is an adapter of an unknown kind.
    """
    path = folder / FOLDER / CONFIG
    if not path.is_file():
        return None
    config = read_object(path)
    kind = config.get("peft_type")
    if kind in _MERGED:
        return None
    if kind not in {PREFIX, BOTTLENECK}:
        raise LeafoutError(f"`peft_type` is {kind!r}, not one that is known", where=str(path))
    return config


def refuse_unmerged(folder: Path, *, why: str) -> None:
    """Refuse a model folder whose weights alone are not the model.

    Args:
        folder: of the model.
        why: what cannot be done with it.

    Raises:
        LeafoutError: when there is an adapter that is not merged.
    """
    config = unmerged(folder)
    if config is not None:
        kind = "a prefix" if config["peft_type"] == PREFIX else "bottlenecks"
        hint = "fine-tune with `method: full`, `lora` or `adalora`, which are merged"
        raise LeafoutError(f"the model has {kind} beside its weights: {why}", where=str(folder), hint=hint)
