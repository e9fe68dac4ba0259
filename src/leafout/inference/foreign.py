"""Models of any architecture that transformers has, loaded from a local folder without running anybody's code."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object


def load_foreign(folder: Path, auto_class: Any, *, hint: str) -> torch.nn.Module:
    """A model through one of transformers' `AutoModelFor...` classes.

    Args:
        folder: `config.json` and safetensors.
        auto_class: the class that picks the architecture.
        hint: what to do when weights are missing.

    Raises:
        LeafoutError: when it asks for code of its own, cannot be loaded, or lacks tensors.
    """
    if "auto_map" in read_object(folder / "config.json"):
        only = "only architectures that transformers itself has are loaded"
        raise LeafoutError("the model asks for code of its own (`auto_map`)", where=str(folder), hint=only)
    try:
        model, loading = auto_class.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        message = f"transformers cannot load the model: {' '.join(str(error).split())[:300]}"
        raise LeafoutError(message, where=str(folder)) from None
    missing = sorted(loading["missing_keys"])
    if missing:
        message = f"the weights lack {len(missing)} tensors, the first is `{missing[0]}`"
        raise LeafoutError(message, where=str(folder), hint=hint)
    loaded: torch.nn.Module = model
    return loaded
