"""Drop layers of a model: which to keep, and a model folder that transformers loads with what is left.

Which layers matter least has been measured for BERT: the top ones for most tasks, and spread choices hold up nearly as
well when distilled afterwards (Sajjad et al. 2023, "On the effect of dropping layers of pre-trained transformer
models", sections 3 and 5; Sanh et al. 2019 keep every other one).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.models.adapters.unmerged import refuse_unmerged

if TYPE_CHECKING:
    import torch

Keep = Literal["spread", "first"] | tuple[int, ...]
_LAYOUTS = {
    "bert": ("num_hidden_layers", re.compile(r"^(bert\.encoder\.layer\.)(\d+)(\..+)$")),
    "gpt2": ("n_layer", re.compile(r"^(transformer\.h\.)(\d+)(\..+)$")),
}
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "task.json")


def kept_layers(num_layers: int, wanted: int, keep: Keep) -> tuple[int, ...]:
    """The numbers of the layers that stay, ascending.

    Args:
        num_layers: of the full model.
        wanted: how many stay.
        keep: `spread` takes them evenly from first to last, `first` drops the top, or the numbers themselves.

    Raises:
        LeafoutError: when there are not so many, or the numbers are no choice of them.
    """
    if not 1 <= wanted <= num_layers:
        message = f"`layers` is {wanted}, the model has {num_layers}"
        raise LeafoutError(message, where="[compress.layers]", hint=f"choose 1 to {num_layers}")
    if isinstance(keep, tuple):
        if sorted(set(keep)) != list(keep) or len(keep) != wanted or not set(keep) <= set(range(num_layers)):
            message = f"`keep` is {list(keep)}, not {wanted} ascending numbers from 0 to {num_layers - 1}"
            raise LeafoutError(message, where="[compress.keep]")
        return keep
    if keep == "first" or wanted == 1:
        return tuple(range(wanted))
    return tuple(round(place * (num_layers - 1) / (wanted - 1)) for place in range(wanted))


def num_layers_of(folder: Path) -> int:
    """How many layers the model in a folder has.

    Raises:
        LeafoutError: for a model whose layers we cannot drop.
    """
    config = read_object(folder / "config.json")
    name, _ = _layout(config, folder)
    value = config.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise LeafoutError(f"`{name}` is {value!r}, not a number of layers", where=str(folder / "config.json"))
    return value


def drop_layers(folder: Path, keep: Sequence[int], out: Path) -> None:
    """Write a model folder with some layers of another, renumbered from 0.

    Args:
        folder: BERT or GPT-2 in Hugging Face layout.
        keep: the layers that stay, ascending.
        out: receives config, weights, tokenizer and task.

    Raises:
        LeafoutError: when the weights cannot be read or lack a layer, or an adapter lies beside them.
    """
    from safetensors.torch import save_file

    refuse_unmerged(folder, why="its layers cannot be dropped")
    config = read_object(folder / "config.json")
    name, pattern = _layout(config, folder)
    tensors = renumbered(_tensors(folder / "model.safetensors"), keep, pattern)
    out.mkdir(parents=True, exist_ok=True)
    for file in _TOKENIZER_FILES:
        if (folder / file).is_file():
            (out / file).write_bytes((folder / file).read_bytes())
    write_json(out / "config.json", {**config, name: len(keep)})
    save_file(dict(sorted(tensors.items())), out / "model.safetensors", metadata={"format": "pt"})


def renumbered(
    tensors: Mapping[str, "torch.Tensor"], keep: Sequence[int], pattern: re.Pattern[str]
) -> dict[str, "torch.Tensor"]:
    """The tensors of the layers that stay under their new numbers, and all that belong to no layer.

    Raises:
        LeafoutError: when a layer that should stay has no tensors.
    """
    places = {old: new for new, old in enumerate(keep)}
    found: dict[str, torch.Tensor] = {}
    seen: set[int] = set()
    for name, tensor in tensors.items():
        match = pattern.match(name)
        if match is None:
            found[name] = tensor
        elif int(match[2]) in places:
            found[f"{match[1]}{places[int(match[2])]}{match[3]}"] = tensor
            seen.add(int(match[2]))
    missing = set(keep) - seen
    if missing:
        raise LeafoutError(f"the weights have no layer {min(missing)}", hint="does config.json belong to them?")
    return found


def _layout(config: Mapping[str, Any], folder: Path) -> tuple[str, re.Pattern[str]]:
    kind = config.get("model_type")
    if kind not in _LAYOUTS:
        message = f"layers of `{kind}` cannot be dropped, only those of {', '.join(_LAYOUTS)}"
        raise LeafoutError(message, where=str(folder / "config.json"))
    return _LAYOUTS[str(kind)]


def _tensors(path: Path) -> dict[str, "torch.Tensor"]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path))
    except (SafetensorError, OSError) as error:
        raise LeafoutError(f"`{path.name}` cannot be read: {error}", where=str(path)) from None
