"""leafout takes a language model through its whole life: from raw text to a service, and keeps it alive there."""

import importlib
from typing import TYPE_CHECKING, Any

from leafout.core.verbs import STAGES

__version__ = "0.1.0"

if TYPE_CHECKING:
    from leafout.chain.runner import run_chain as run_chain
    from leafout.core.artifact import Artifact as Artifact
    from leafout.core.errors import LeafoutError as LeafoutError
    from leafout.core.store import Store as Store

_NAMES = {
    **STAGES,
    "Artifact": "leafout.core.artifact:Artifact",
    "LeafoutError": "leafout.core.errors:LeafoutError",
    "Store": "leafout.core.store:Store",
    "run_chain": "leafout.chain.runner:run_chain",
}

__all__ = [*_NAMES, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    target = _NAMES.get(name)
    if target is None:
        raise AttributeError(f"module `leafout` has no `{name}`")
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
