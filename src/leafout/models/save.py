"""Write our models as folders that transformers loads with equal outputs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.models.decoder import CausalModel
from leafout.models.folder_config import causal_config, encoder_config
from leafout.models.heads import Classifier, MaskedModel, TokenClassifier
from leafout.models.names import causal_entries, classifier_entries, masked_entries, on_disk, token_entries
from leafout.models.weights import FILE


def save_model(model: nn.Module, folder: Path, *, labels: Sequence[str] = ()) -> None:
    """Write `config.json` and `model.safetensors` (float32); equal models give equal bytes.

    Args:
        model: `MaskedModel`, `Classifier`, `TokenClassifier` or `CausalModel`.
        folder: made where it is absent.
        labels: of a classifier, in the order of its outputs; by default LABEL_0, LABEL_1, ...

    Raises:
        LeafoutError: when the labels are not as many as the outputs.
    """
    from safetensors.torch import save_file

    config, tensors = _parts(model, labels)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config)
    save_file(tensors, folder / FILE, metadata={"format": "pt"})


def _parts(model: nn.Module, labels: Sequence[str]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    parameters = {name: tensor.float() for name, tensor in model.state_dict().items()}
    match model:
        case MaskedModel(dims=dims):
            return encoder_config(dims, "masked"), on_disk(masked_entries(dims), parameters)
        case Classifier(dims=dims, num_labels=num_labels):
            entries = classifier_entries(dims, num_labels)
            return encoder_config(dims, "classifier", _names(labels, num_labels)), on_disk(entries, parameters)
        case TokenClassifier(dims=dims, num_labels=num_labels):
            entries = token_entries(dims, num_labels)
            return encoder_config(dims, "tokens", _names(labels, num_labels)), on_disk(entries, parameters)
        case CausalModel(dims=dims):
            return causal_config(dims), on_disk(causal_entries(dims), parameters)
    raise TypeError(f"{type(model).__name__} is no model of ours")


def _names(labels: Sequence[str], num_labels: int) -> list[str]:
    names = list(labels) or [f"LABEL_{number}" for number in range(num_labels)]
    if len(names) != num_labels:
        raise LeafoutError(f"there are {len(names)} labels for {num_labels} outputs", where="[labels]")
    return names
