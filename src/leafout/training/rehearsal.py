"""An update rehearsed on tensors that have a shape and no numbers: how many bytes it will hold at once.

Whatever the model, the objective and the number format are, the same operations run as in training, and each storage is
counted from its first to its last use. It takes a second for a BERT-base, and none of the memory that it counts.
"""

import copy
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from leafout.training.repeatable import products_in

if TYPE_CHECKING:
    from torch import nn

    from leafout.training.job import Objective


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types for it
    """Counts the bytes of all storages that operations make while it is entered.

    Attributes:
        now: bytes that live.
        peak: the most that ever lived at once.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = self.peak = 0
        self._living: dict[int, weakref.ref[Any]] = {}

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operation and count what it made."""
        made = func(*args, **(kwargs or {}))
        for value in tree_iter(made):
            if isinstance(value, torch.Tensor):
                self._count(value.untyped_storage())
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._living:
            return

        def gone(_: Any) -> None:
            self.now -= size
            self._living.pop(key, None)

        self._living[key] = weakref.ref(storage, gone)
        self.now += size
        self.peak = max(self.peak, self.now)


def update_bytes(
    model: "nn.Module", objective: "Objective", parts: Sequence[Any], *, dtype: str, device: str
) -> int | None:
    """The most bytes that the losses and gradients of an update hold at once; weights are not counted, gradients are.

    Args:
        model: is not changed.
        objective: its loss is rehearsed.
        parts: the batches of the update, one after another.
        dtype: of matrix products, `fp32` or `bf16`.
        device: of the model.

    Returns:
        None where the loss needs numbers and not just shapes.
    """

    def learn(twin: "nn.Module", part: Any) -> None:
        with products_in(dtype, device):
            loss = objective.loss(twin.train(), part, objective.counts(part))
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it

    return _peak(model, learn, parts)


def look_bytes(model: "nn.Module", objective: "Objective", batch: Any, *, dtype: str, device: str) -> int | None:
    """The most bytes that an evaluation of a batch holds at once; see `update_bytes`."""

    def look(twin: "nn.Module", part: Any) -> None:
        with torch.no_grad(), products_in(dtype, device):
            objective.loss(twin.eval(), part, objective.counts(part))

    return _peak(model, look, [batch])


def _peak(model: "nn.Module", work: Callable[[Any, Any], None], parts: Sequence[Any]) -> int | None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    try:
        with FakeTensorMode(allow_non_fake_inputs=True):
            twin = copy.deepcopy(model)
            twin.zero_grad(set_to_none=True)
            with LiveBytes() as live:
                for part in parts:
                    work(twin, part)
    except (RuntimeError, NotImplementedError, TypeError, AttributeError):
        return None  # an architecture of elsewhere that looks at its numbers on the way
    return int(live.peak)
