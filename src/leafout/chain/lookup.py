"""Finds what a person names: an artifact by key, digest, folder, step or slot; a chain by its file or name."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from leafout.chain.record import Record, read_record, record_name
from leafout.core.artifact import MANIFEST, Artifact, read_artifact
from leafout.core.errors import LeafoutError, StoreError
from leafout.core.store import Store

_DIGITS = re.compile(r"(?:(?P<stage>[a-z_]\w*)-)?(?P<digits>[0-9a-f]{4,64})\Z")
_NAME = re.compile(r"[\w.-]{1,128}\Z")
_SHOWN = 5


def find_artifact(store: Store, name: str) -> Artifact:
    """The artifact that a name means.

    Args:
        store: where to look.
        name: a folder; `chain.yaml:step` or `chain:step`; a slot of the service; a key or digest, or four or more of
            its first digits, with or without `stage-` before it; or a step that only one chain has.

    Raises:
        LeafoutError: when it means nothing or several things.
    """
    folder = Path(name)
    if (folder / MANIFEST).is_file():
        return read_artifact(folder)
    if ":" in name:
        chain, _, step = name.rpartition(":")
        return artifact_of_step(store, read_chain(store, chain), step)
    for found in (_by_slot(store, name), _by_digits(store, name), _by_step(store, name)):
        if found is not None:
            return found
    if folder.is_dir():
        raise LeafoutError("the folder is no artifact: it has no manifest.json", where=name, hint=_known(store, name))
    raise LeafoutError(f"nothing is called `{name[:80]}`", where=str(store.root), hint=_known(store, name))


def chain_names(store: Store) -> list[str]:
    """Every chain that was run in a store."""
    return sorted(path.stem for path in (store.root / "chains").glob("*.json"))


def is_chain(store: Store, name: str) -> bool:
    """Whether a name means a chain rather than an artifact: its file, or the name of its record."""
    return name.endswith((".yaml", ".yml")) or name in chain_names(store)


def read_chain(store: Store, name: str) -> Record:
    """What a store remembers of a chain.

    Args:
        store: where it ran.
        name: the chain file or the name of its record.

    Raises:
        LeafoutError: when it never ran here.
        StoreError: when the record is damaged.
    """
    file = Path(name)
    known = record_name(store.root, file) if name.endswith((".yaml", ".yml")) else name
    record = read_record(store.root, known) if _NAME.match(known) else None
    if record is None:
        hint = f"leafout run {name}" if file.is_file() else _near(known, chain_names(store))
        raise LeafoutError(f"no chain `{name[:80]}` has run here", where=str(store.root), hint=hint)
    return record


def in_order(record: Record) -> list[str]:
    """The steps of a chain, each after those it needs; a record itself keeps them by name."""
    found: dict[str, None] = {}

    def visit(step: str, above: frozenset[str]) -> None:
        if step in found or step in above or step not in record.steps:
            return
        for names in record.steps[step].sources.values():
            for name in names:
                visit(name, above | {step})
        found[step] = None

    for step in record.steps:
        visit(step, frozenset())
    return list(found)


def artifact_of_step(store: Store, record: Record, step: str) -> Artifact:
    """The artifact that a step of a chain got.

    Raises:
        LeafoutError: when there is no such step, or its artifact is gone.
    """
    if step not in record.steps:
        known = ", ".join(f"`{name}`" for name in record.steps)
        raise LeafoutError(f"the chain has no step `{step}`", where=record.name, hint=f"steps: {known}")
    found = artifact_of_key(store, record.steps[step].key)
    if found is None:
        place = f"{record.name}:{step}"
        raise LeafoutError(f"the artifact of `{step}` is gone", where=place, hint="run the chain again")
    return found


def artifact_of_key(store: Store, key: str) -> Artifact | None:
    """The artifact of a whole key, unchecked; None where there is none."""
    for path in sorted(store.root.glob(f"artifacts/*-{key[:16]}")):
        artifact = read_artifact(path)
        if artifact.key == key:
            return artifact
    return None


def _by_slot(store: Store, name: str) -> Artifact | None:
    from leafout.serving.releases import current, slots

    if name not in slots(store.root):
        return None
    promotion = current(store.root, name)
    if promotion is None:
        return None
    folder = promotion.folder(store.root)
    if not (folder / MANIFEST).is_file():
        raise LeafoutError(f"what serves as `{name}` was made outside the store", where=str(folder))
    return read_artifact(folder)


def _by_digits(store: Store, name: str) -> Artifact | None:
    match = _DIGITS.match(name)
    if match is None:
        return None
    stage, digits = match["stage"], match["digits"]
    kept = [one for one in store.artifacts() if stage in (None, one.stage)]
    found = [one for one in kept if one.key.startswith(digits)] or [
        one for one in kept if one.digest.startswith(digits)
    ]
    if len({one.digest for one in found}) > 1:
        shown = ", ".join(f"{one.stage}-{one.key[:12]}" for one in found[:_SHOWN])
        raise LeafoutError(f"`{name}` begins {len(found)} artifacts", hint=f"give more digits: {shown}")
    return found[0] if found else None


def _by_step(store: Store, name: str) -> Artifact | None:
    holders = [record for record in _records(store) if name in record.steps]
    if len(holders) > 1:
        shown = ", ".join(f"{record.name}:{name}" for record in holders[:_SHOWN])
        raise LeafoutError(f"{len(holders)} chains have a step `{name}`", hint=f"say which: {shown}")
    return artifact_of_step(store, holders[0], name) if holders else None


def _records(store: Store) -> Iterator[Record]:
    for name in chain_names(store):
        try:
            record = read_record(store.root, name)
        except StoreError:
            continue  # a damaged record hides no other
        if record is not None:
            yield record


def _known(store: Store, name: str) -> str:
    from leafout.serving.releases import slots

    names = [*slots(store.root), *chain_names(store)]
    names += [f"{record.name}:{step}" for record in _records(store) for step in record.steps]
    if not names and not (store.root / "artifacts").is_dir():
        return "the store is empty: run a chain first, or point --store at another"
    return _near(name, names)


def _near(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {', '.join(f'`{one}`' for one in near)}?"
    return f"known: {', '.join(names[:8])}" if names else "nothing has run here yet"
