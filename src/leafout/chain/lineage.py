"""From a model, a release, a step or a served answer back to everything it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafout.chain.lookup import find_artifact
from leafout.core.artifact import Artifact
from leafout.core.errors import LeafoutError
from leafout.core.store import Store

_HELD_OUT = "held_out"
"""An input of this name is kept out of the training; see `split`."""


@dataclass(frozen=True)
class Lines:
    """Which part of an outside file stands in an artifact of documents.

    Attributes:
        documents: how many come from this file.
        first, last: their lowest and highest line; None where lines are not known.
    """

    documents: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Node:
    """An artifact and what it was made from.

    Attributes:
        name: what it is to the one that was made from it: `model`, `rows`, `documents/0`.
        artifact: None for an input that the store does not hold (an outside model folder, or swept away).
        digest: of the input as the manifest names it.
        inputs: its own inputs.
        lines: for a stage that read outside files, what stands in it of each.
    """

    name: str
    artifact: Artifact | None
    digest: str
    inputs: tuple["Node", ...] = ()
    lines: Mapping[str, Lines] = field(default_factory=dict)


@dataclass(frozen=True)
class Lineage:
    """An artifact followed back.

    Attributes:
        asked: what the person named.
        root: where it starts.
        exams: exams that were taken of the root, when it is a release.
        answer: the entry of the request log, when an answer was named.
        slot: the slot that answered or serves.
        verdict: how the last exam ended: gates, passed, failures; None where none was taken.
    """

    asked: str
    root: Node
    exams: tuple[Artifact, ...] = ()
    answer: dict[str, Any] | None = None
    slot: str = ""
    verdict: dict[str, Any] | None = None

    def nodes(self) -> Iterator[Node]:
        """Every node once, the root first."""
        seen: set[str] = set()
        waiting = [self.root]
        while waiting:
            node = waiting.pop(0)
            mark = node.artifact.key if node.artifact else node.digest
            if mark not in seen:
                seen.add(mark)
                yield node
                waiting.extend(node.inputs)


class Index:
    """Artifacts of a store by digest and by key; each manifest is read once.

    Args:
        store: the store.
        prefer: keys to choose where several artifacts have equal payloads.
    """

    def __init__(self, store: Store, prefer: frozenset[str] = frozenset()) -> None:
        self._prefer = prefer
        self.artifacts = list(store.artifacts())
        self._by_digest: dict[str, list[Artifact]] = {}
        for artifact in self.artifacts:
            self._by_digest.setdefault(artifact.digest, []).append(artifact)

    def of_digest(self, digest: str) -> Artifact | None:
        """The artifact of a digest: a preferred one, else the oldest."""
        found = self._by_digest.get(digest, [])
        return next((one for one in found if one.key in self._prefer), found[0] if found else None)

    def exams_of(self, digest: str) -> list[Artifact]:
        """The exams that a release took."""
        return [one for one in self.artifacts if one.stage == "evaluate" and digest in one.inputs.values()]


def follow(index: Index, artifact: Artifact, *, lines: bool = True) -> Node:
    """An artifact with everything it came from; shared ancestors are one object.

    Args:
        index: of the store.
        artifact: where to start.
        lines: also find which lines of outside files stand in it, which reads two columns of all documents.
    """
    made: dict[str, Node] = {}

    def node(name: str, digest: str, found: Artifact | None) -> Node:
        if found is None:
            return Node(name, None, digest)
        if found.key not in made:
            inputs = tuple(node(n, d, index.of_digest(d)) for n, d in found.inputs.items())
            made[found.key] = Node(name, found, digest, inputs, source_lines(found) if lines else {})
        known = made[found.key]
        return known if known.name == name else Node(name, found, digest, known.inputs, known.lines)

    return node(artifact.stage, artifact.digest, artifact)


def source_lines(artifact: Artifact) -> dict[str, Lines]:
    """Documents, first and last line of each outside file, for a stage that made documents from files."""
    if not artifact.outside or not any(artifact.path.glob("part-*.parquet")):
        return {}
    import pyarrow as pa
    import pyarrow.compute as pc

    from leafout.corpus.documents import read_table

    table = read_table(artifact.path, columns=["source", "line"])
    grouped = pa.TableGroupBy(table, "source").aggregate([([], "count_all"), ("line", "min"), ("line", "max")])
    ordered = grouped.take(pc.sort_indices(grouped, [("source", "ascending")]))
    return {
        row["source"]: Lines(row["count_all"], row["line_min"], row["line_max"])
        for row in ordered.to_pylist()
        if row["source"] is not None
    }


def trace(store: Store, name: str) -> Lineage:
    """Follow what a person names back to its documents.

    Args:
        store: where it lies.
        name: as `find_artifact` takes it, or the id of a served answer.

    Raises:
        LeafoutError: when it means nothing, or its release is gone.
    """
    answer = _answer(store, name)
    slot = "" if answer is None else str(answer.get("slot", ""))
    artifact = find_artifact(store, name) if answer is None else _release_of(store, answer, name)
    index = Index(store)
    exams = tuple(index.exams_of(artifact.digest))
    slot = slot or _slot_of(store, artifact)
    return Lineage(name, follow(index, artifact), exams, answer, slot, _verdict(store, artifact))


def _answer(store: Store, name: str) -> dict[str, Any] | None:
    """The logged entry of an answer's id; None when no log has it."""
    if ":" in name or "/" in name or not (store.root / "logs").is_dir():
        return None
    from leafout.corpus.request_log import find_request

    for folder in sorted((store.root / "logs").glob("*/")):
        entry = find_request(folder, name)
        if entry is not None:
            return {"slot": folder.name, **entry}
    return None


def _release_of(store: Store, answer: Mapping[str, Any], name: str) -> Artifact:
    key = str(answer.get("release", ""))
    for artifact in store.artifacts():
        if key in {artifact.key, artifact.digest}:
            return artifact
    hint = "it was made outside the store, or swept away"
    raise LeafoutError(
        f"the release that answered `{name}` is not in the store: {key[:16]}", where=str(store.root), hint=hint
    )


def _slot_of(store: Store, artifact: Artifact) -> str:
    from leafout.serving.releases import current, slots

    for slot in slots(store.root):
        promotion = current(store.root, slot)
        if promotion is not None and promotion.digest == artifact.digest:
            return slot
    return ""


def _verdict(store: Store, artifact: Artifact) -> dict[str, Any] | None:
    from leafout.serving.releases import verdict_of

    verdict = verdict_of(store.root, artifact.digest)
    if verdict is None:
        return None
    return {
        "exam": verdict.exam,
        "gates": dict(verdict.gates),
        "passed": verdict.passed,
        "failures": list(verdict.failures),
    }


def document_folders(lineage: Lineage) -> list[tuple[str, Path]]:
    """Where the training documents lie, each with what they were used for.

    Returns:
        (`rows` or `text`, folder): the `train` side of each split that was learnt from, not of those held out; where
        there is none, the first documents found.
    """
    users: dict[str, set[str]] = {}
    for node in lineage.nodes():
        for one in node.inputs:
            if one.artifact is not None and node.artifact is not None and not one.name.startswith(_HELD_OUT):
                users.setdefault(one.artifact.key, set()).add(node.artifact.stage)
    found, plain = [], []
    for node in lineage.nodes():
        if node.artifact is None or (node is not lineage.root and node.artifact.key not in users):
            continue
        folder = node.artifact.path
        if any((folder / "train").glob("part-*.parquet")):
            used = "text" if users.get(node.artifact.key) == {"tokenize"} else "rows"
            found.append((used, folder / "train"))
        elif any(folder.glob("part-*.parquet")):
            plain.append(("documents", folder))
    return found or plain[:1]
