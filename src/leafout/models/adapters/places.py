"""Where small modules are fitted into our encoders, and what those places are called on disk.

Ours fuse query, key and value into one product; on disk, and so for peft, they are three modules. A place is a product
of ours, its parts are the modules on disk that lie in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from leafout.core.errors import LeafoutError
from leafout.models.adapters.library import fresh_modules
from leafout.models.heads import Classifier
from leafout.models.names import Entry, classifier_entries

ALL = "all"
HEADS = ("pooler.", "pooler_norm.", "head.")
"""What stands on the encoder: fresh in most models, so trained with any small module."""

_PRODUCT = re.compile(r"^encoder\.layers\.\d+\.(qkv|out|rise|fall)\.weight$")
_FUSED = ("query", "key", "value")


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a product.

    Attributes:
        start, height: the first of them, and how many.
        theirs: the module on disk.
    """

    start: int
    height: int
    theirs: str


@dataclass(frozen=True, slots=True)
class Place:
    """A product of ours, with the parts of it that are taken.

    Attributes:
        ours: the name of the `nn.Linear`.
        parts: in order, none overlapping.
    """

    ours: str
    parts: tuple[Part, ...]


def entries_of(model: Classifier) -> list[Entry]:
    """The parameters of a classifier as they lie on disk."""
    return classifier_entries(model.dims, model.num_labels)


def head_modules(model: Classifier) -> list[str]:
    """The modules on disk that stand on the encoder, as peft's `modules_to_save`."""
    return ["classifier", "pooler"] if model.dims.near is None else ["classifier", "head"]


def places(model: nn.Module, targets: Sequence[str], *, where: str) -> list[Place]:
    """The products that some targets name.

    Args:
        model: whose products.
        targets: of `query`, `key`, `value` (where they are apart on disk), `qkv`, `out`, `rise`, `fall`; none takes
            queries and values (Hu et al. 2022, section 7.1), or `qkv` where they are one on disk; `all` takes all. In
            a model of transformers the ends of names of products; `all` takes those of its encoder.
        where: the field, for the error.

    Raises:
        LeafoutError: when there is no such target.
    """
    if not isinstance(model, Classifier):
        return _foreign_places(model, targets, where)
    found = [(entry, list(_parts(entry))) for entry in entries_of(model) if _PRODUCT.match(entry.ours)]
    known = list(dict.fromkeys(name for _, parts in found for names, _ in parts for name in names))
    wanted = set(known) if ALL in targets else set(targets) or ({"query", "value"} if "query" in known else {"qkv"})
    unknown = sorted(wanted - set(known))
    if unknown:
        hint = f"this model has {', '.join(f'`{name}`' for name in known)}"
        raise LeafoutError(f"there is no target `{unknown[0]}`", where=where, hint=hint)
    taken = [
        Place(entry.ours.removesuffix(".weight"), tuple(part for names, part in parts if wanted & set(names)))
        for entry, parts in found
    ]
    return [place for place in taken if place.parts]


def _foreign_places(model: nn.Module, targets: Sequence[str], where: str) -> list[Place]:
    heads = set(fresh_modules(model))
    inner = [name for name in products(model) if not heads & set(name.split("."))]
    taken = inner if ALL in targets else [name for name in inner if name.endswith(tuple(targets))]
    if not taken:
        raise LeafoutError(f"the model has none of {', '.join(targets)}", where=where, hint="or take `all`")
    return [Place(name, (Part(0, linear_at(model, name).out_features, name),)) for name in taken]


def _parts(entry: Entry) -> Iterator[tuple[tuple[str, ...], Part]]:
    """Each module on disk that a product is made of, with the targets that take it."""
    product = entry.ours.split(".")[-2]
    start, several = 0, len(entry.theirs) == len(_FUSED)
    for place, (name, shape) in enumerate(entry.shapes().items()):
        names = (_FUSED[place], product) if several else (product,)
        yield names, Part(start, shape[0], name.removesuffix(".weight"))
        start += shape[0]


def products(model: nn.Module) -> dict[str, str]:
    """The products of a model by their names on disk, with their names in it; none that is fused."""
    if not isinstance(model, Classifier):
        return {name: name for name, module in model.named_modules() if isinstance(module, nn.Linear)}
    entries = [entry for entry in entries_of(model) if _PRODUCT.match(entry.ours) and len(entry.theirs) == 1]
    return {entry.theirs[0].removesuffix(".weight"): entry.ours.removesuffix(".weight") for entry in entries}


def inner_model(model: Any) -> nn.Module:
    """The model that modules are fitted into: a `Classifier`, or what a `ForeignClassifier` holds."""
    inner: nn.Module = model if isinstance(model, Classifier) else model.model
    return inner


def linear_at(model: nn.Module, name: str) -> nn.Linear:
    """The product of that name."""
    found = model.get_submodule(name)
    assert isinstance(found, nn.Linear)
    return found


def freeze(model: nn.Module) -> None:
    """Let only what stands on the encoder be trained, in a classifier of ours or of transformers."""
    if isinstance(model, Classifier):
        for name, parameter in model.named_parameters():
            parameter.requires_grad = name.startswith(HEADS)
        return
    model.requires_grad_(requires_grad=False)
    heads = fresh_modules(model)
    for name, module in model.named_modules():
        if name.rpartition(".")[2] in heads:
            module.requires_grad_(requires_grad=True)
