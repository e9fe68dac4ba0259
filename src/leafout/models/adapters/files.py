"""`adapter/` of a model folder in peft's layout: `adapter_config.json` and `adapter_model.safetensors`.

Nothing of it comes from a clock or a path, so that equal work gives equal bytes: the base model is not named.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from leafout.core.durable import write_json
from leafout.models.adapters.places import entries_of, head_modules
from leafout.models.adapters.unmerged import CONFIG, FOLDER, WEIGHTS
from leafout.models.heads import Classifier

_FIRST = "base_model.model."


def write_adapter(folder: Path, config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write the adapter of a model folder.

    Args:
        folder: of the model; the files go into `adapter/`.
        config: peft's fields of the method.
        tensors: by the names they have in the file.
    """
    from safetensors.torch import save_file

    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    plain = {"task_type": "SEQ_CLS", "base_model_name_or_path": None, "inference_mode": True, **config}
    write_json(target / CONFIG, plain)
    sorted_ones = {name: values.float().cpu().contiguous() for name, values in sorted(tensors.items())}
    save_file(sorted_ones, target / WEIGHTS, metadata={"format": "pt"})


def named_for_peft(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of modules on disk as peft names them."""
    return {f"{_FIRST}{name}": values for name, values in tensors.items()}


def trained_tensors(model: nn.Module) -> dict[str, Tensor]:
    """The model's own parameters that are trained, by their names on disk: its head, and perhaps its norms."""
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    if not isinstance(model, Classifier):
        return {name: parameter.detach() for name, parameter in trained.items()}
    found: dict[str, Tensor] = {}
    for entry in entries_of(model):
        if entry.ours in trained:
            found |= entry.parted(trained[entry.ours])
    return found


def saved_modules(model: Classifier) -> dict[str, Any]:
    """The part of an adapter's config that says which modules it holds whole."""
    return {"modules_to_save": head_modules(model)}
