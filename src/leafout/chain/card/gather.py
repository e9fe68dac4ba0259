"""Everything a data card shows, as plain values: the same data for HTML and for JSON, without a clock in it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leafout.chain.lineage import Index, Node, follow
from leafout.chain.lookup import chain_names, find_artifact, read_chain
from leafout.chain.report.evidence import evidence
from leafout.core.artifact import MANIFEST, Artifact, read_artifact
from leafout.core.errors import LeafoutError, StoreError
from leafout.core.store import Store

APART = ("held_out", "against")
"""Inputs of these names are looked at and add no documents."""

SIDES = ("train", "val", "test", "test_deleaked")
"""Folders of a split, in the order in which they are shown; the last repeats rows of `test`."""

_FILES = 100


def gather(store: Store, name: str) -> dict[str, Any]:
    """The data of a card.

    Args:
        store: where artifacts are looked up.
        name: a folder of documents, or whatever `find_artifact` takes; of an artifact that holds no documents, such as
            a model, the card is that of the nearest documents it was made from.

    Returns:
        `name`, `of` (what the name means), `card` and `sides` (see `Card.plain`), and `steps`: the whole way from the
        files, each with `name`, `stage`, `key`, `inputs`, `funnel`, `notes`, `card`, samples of each reason
        (`dropped`, `rejects`), settings and files.

    Raises:
        LeafoutError: when the name means nothing, or nothing it came from holds documents.
    """
    import leafout

    folder = Path(name)
    if folder.is_dir() and not (folder / MANIFEST).is_file() and any(folder.glob("part-*.parquet")):
        return {"leafout": leafout.__version__, **_of_folder(store, folder)}
    return {"leafout": leafout.__version__, **_of_artifact(store, find_artifact(store, name), name)}


def _of_folder(store: Store, folder: Path) -> dict[str, Any]:
    """A side of a split, or documents that no stage of ours wrote."""
    from leafout.corpus.card import card_of_folder

    card = card_of_folder(folder).plain()
    if not (folder.parent / MANIFEST).is_file():
        about = {"stage": "", "key": "", "digest": "", "side": ""}
        return {"name": folder.name, "of": about, "card": card, "sides": {}, "steps": []}
    found = _of_artifact(store, read_artifact(folder.parent), str(folder))
    side = {"of": found["of"] | {"side": folder.name}, "card": card, "sides": {}}
    return found | {"name": f"{found['name']}/{folder.name}"} | side


def _of_artifact(store: Store, asked: Artifact, name: str) -> dict[str, Any]:
    steps_of = _steps_of(store, name, asked)
    root = follow(Index(store, frozenset(steps_of)), asked, lines=False)
    target = _nearest(root)
    if target is None or target.artifact is None:
        hint = "give the output of collect, clean or split, or what was made from it"
        raise LeafoutError(f"`{name[:80]}` holds no documents, and no input of it does", where=name[:80], hint=hint)
    artifact = target.artifact
    nodes = _in_order(target)
    keys = {node.artifact.key: node.artifact for node in nodes if node.artifact is not None}
    named = {key: steps_of.get(key, f"{one.stage}-{key[:8]}") for key, one in keys.items()}
    steps = [_step(node, named) for node in nodes if node.artifact is not None]
    card, sides = card_of_artifact(artifact)
    return {
        "name": named[artifact.key],
        "of": {"stage": artifact.stage, "key": artifact.key, "digest": artifact.digest, "side": ""},
        "card": card,
        "sides": sides,
        "steps": steps,
    }


def card_of_artifact(artifact: Artifact) -> tuple[dict[str, Any], dict[str, Any]]:
    """The card of an artifact and of each of its sides: as it was written, or counted now where it was not."""
    from leafout.corpus.card import Card, card_of_folder

    path = artifact.notes / "card.json"
    if path.exists():
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            sides = told.get("sides", {})
            return told["whole"], {side: sides[side] for side in SIDES if side in sides}
        except (ValueError, KeyError, TypeError):
            pass  # damaged notes are no part of the digest; the documents are there
    if any(artifact.path.glob("part-*.parquet")):
        return card_of_folder(artifact.path).plain(), {}
    cards = {side: card_of_folder(artifact.path / side) for side in _sides(artifact)}
    whole = Card()
    for side, card in cards.items():
        if side != SIDES[-1]:
            whole.merge(card)
    return whole.plain(), {side: card.plain() for side, card in cards.items()}


def _sides(artifact: Artifact) -> list[str]:
    return [side for side in SIDES if any((artifact.path / side).glob("part-*.parquet"))]


def _holds_documents(artifact: Artifact) -> bool:
    return any(artifact.path.glob("part-*.parquet")) or "train" in _sides(artifact)


def _nearest(root: Node) -> Node | None:
    """The node itself or the first of its ancestors, the nearest first, that holds documents."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop(0)
        if node.artifact is None or node.artifact.key in seen:
            continue
        seen.add(node.artifact.key)
        if _holds_documents(node.artifact):
            return node
        waiting += [one for one in node.inputs if one.name.partition("/")[0] not in APART]
    return None


def _in_order(target: Node) -> list[Node]:
    """The documents' ancestors that hold documents, each once, those it was made from before it."""
    found: dict[str, Node] = {}

    def visit(node: Node) -> None:
        if node.artifact is None or node.artifact.key in found or not _holds_documents(node.artifact):
            return
        for one in node.inputs:
            visit(one)
        found[node.artifact.key] = node

    visit(target)
    return list(found.values())


def _steps_of(store: Store, name: str, asked: Artifact) -> dict[str, str]:
    """The steps of the chain that has an artifact by their keys, of the chain that was named first; none without."""
    chain = name.rpartition(":")[0]
    for known in [chain] * bool(chain) + chain_names(store):
        try:
            steps = read_chain(store, known).steps
        except (LeafoutError, StoreError):
            continue  # gone or damaged: names of other chains do
        keys = {step.key: step_name for step_name, step in steps.items()}
        if asked.key in keys:
            return keys
    return {}


def _step(node: Node, named: Mapping[str, str]) -> dict[str, Any]:
    from leafout.corpus.card_notes import notes_of

    artifact = node.artifact
    assert artifact is not None
    told = evidence(artifact)
    try:
        notes = notes_of(artifact.path)
    except (ValueError, KeyError, TypeError, AttributeError):
        notes = {}
    card = card_of_artifact(artifact)[0]
    return {
        "name": named[artifact.key],
        "stage": artifact.stage,
        "version": artifact.version,
        "key": artifact.key,
        "digest": artifact.digest,
        "seed": artifact.seed,
        "inputs": dict(_inputs(node, named)),
        "outside": dict(list(artifact.outside.items())[:_FILES]),
        "outside_files": len(artifact.outside),
        "config": artifact.config,
        "made_with": artifact.made_with,
        "funnel": notes.pop("funnel", told.get("funnel", {})),
        "notes": notes,
        "card": {name: value for name, value in card.items() if name != "sample"},
        "dropped": told.get("dropped", {}),
        "rejects": told.get("rejects", {}),
    }


def _inputs(node: Node, named: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    for one in node.inputs:
        yield one.name, named.get(one.artifact.key) if one.artifact is not None else None
