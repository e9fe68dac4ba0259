"""`model.safetensors` of a folder: every tensor checked for shape, kind and NaN before it is used."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from leafout.core.errors import LeafoutError
from leafout.models.names import Entry

FILE = "model.safetensors"
_KINDS = {"F64", "F32", "F16", "BF16"}
_OLD_NAMES = (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"))
"""How BERTs of 2018 call the parts of a layer norm."""


class Weights:
    """An open weights file; tensors are read when they are asked for.

    Args:
        folder: that holds `model.safetensors`.
        prefix: what a bare model (`BertModel`) leaves out of its names, such as `bert.`.

    Raises:
        LeafoutError: when the file is absent or no safetensors file.
    """

    def __init__(self, folder: Path, *, prefix: str) -> None:
        from safetensors import SafetensorError, safe_open

        self.path = folder / FILE
        if not self.path.is_file():
            hint = "only one safetensors file is loaded; save the model again with transformers' save_pretrained"
            raise LeafoutError(f"there is no `{FILE}`", where=str(folder), hint=hint)
        try:
            opened: Any = safe_open(self.path, framework="pt")
            names = list(opened.keys())
        except (SafetensorError, OSError) as error:
            raise LeafoutError(f"`{FILE}` cannot be read: {error}", where=str(self.path)) from None
        self._file = opened
        bare = not any(name.startswith(prefix) for name in names)
        self._names = {_current(f"{prefix}{name}" if bare else name): name for name in names}

    def has(self, name: str) -> bool:
        """Whether there is a tensor of that name."""
        return name in self._names

    def num_rows(self, name: str) -> int:
        """The first dimension of a tensor.

        Raises:
            LeafoutError: when it is absent or a scalar.
        """
        if not self.has(name):
            raise LeafoutError(f"the model has no `{name}`", where=str(self.path))
        shape = self._file.get_slice(self._names[name]).get_shape()
        if not shape:
            raise LeafoutError(f"`{name}` has no dimension", where=str(self.path))
        return int(shape[0])

    def read(self, entries: Sequence[Entry]) -> dict[str, Tensor]:
        """Our parameters, in float32.

        Raises:
            LeafoutError: when a tensor is absent, has another shape or kind, or holds NaN or infinity.
        """
        for entry in entries:  # all shapes before the first byte: a lie in the config costs no memory
            for name, shape in entry.shapes().items():
                self._check(name, shape)
        return {entry.ours: entry.joined({name: self._tensor(name) for name in entry.theirs}) for entry in entries}

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        if not self.has(name):
            raise LeafoutError(f"`{name}` is absent, the config asks for {shape}", where=str(self.path))
        stored = self._file.get_slice(self._names[name])
        found = tuple(stored.get_shape())
        if found != shape:
            message = f"`{name}` has the shape {found}, the config asks for {shape}"
            raise LeafoutError(message, where=str(self.path), hint="does config.json belong to these weights?")
        if stored.get_dtype() not in _KINDS:
            raise LeafoutError(f"`{name}` is {stored.get_dtype()}, not one of {sorted(_KINDS)}", where=str(self.path))

    def _tensor(self, name: str) -> Tensor:
        tensor: Tensor = self._file.get_tensor(self._names[name])
        tensor = tensor.to(torch.float32, copy=True)  # not a window into a file that may change
        if not torch.isfinite(tensor).all():
            raise LeafoutError(f"`{name}` holds NaN or infinity", where=str(self.path))
        return tensor


def _current(name: str) -> str:
    for old, new in _OLD_NAMES:
        name = name.replace(old, new)
    return name
