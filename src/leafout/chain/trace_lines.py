"""A lineage as a tree of text lines and as plain values."""

from collections.abc import Iterator, Sequence
from typing import Any

from leafout.chain.lineage import Lineage, Lines, Node
from leafout.chain.report.html import figure
from leafout.chain.resemblance import Found
from leafout.core.artifact import Artifact

_FILES = 6
_TEXT = 100


def lines(lineage: Lineage, documents: Sequence[Found] = ()) -> Iterator[str]:
    """The tree: the answer, the release, its exams, and everything below."""
    if lineage.answer is not None:
        yield from _answer_lines(lineage.answer)
    if lineage.slot:
        yield f"slot     {lineage.slot}"
    for exam in lineage.exams:
        yield _exam_line(exam, lineage)
    if lineage.answer is not None or lineage.slot or lineage.exams:
        yield ""
    yield from _tree(lineage.root, "", "", set())
    if documents:
        yield ""
        yield "training documents" + (", nearest first" if documents[0].similarity is not None else "")
        yield from (_document_line(one) for one in documents)


def _answer_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield f"answer   {answer.get('id', '')}"
    for number, text in enumerate(answer.get("texts") or []):
        said = _at(answer.get("predicted"), number)
        sure = _at(answer.get("confidence"), number)
        shown = f"  →  {said}" + (f" ({sure:.3f})" if isinstance(sure, float) else "") if said is not None else ""
        yield f"         {_cut(str(text))}{shown}"


def _at(values: Any, place: int) -> Any:
    return values[place] if isinstance(values, list) and place < len(values) else None


def _exam_line(exam: Artifact, lineage: Lineage) -> str:
    figures = [
        f"{name} {figure(exam.metrics[name])}" for name in ("macro_f1", "accuracy", "loss") if name in exam.metrics
    ]
    verdict = lineage.verdict
    said = ""
    if verdict is not None and verdict["exam"] == exam.key:
        said = "passed its gates" if verdict["passed"] else f"failed: {'; '.join(verdict['failures'])}"
        said = said if verdict["gates"] or not verdict["passed"] else "no gates"
    return f"exam     evaluate-{exam.key[:16]}  digest {exam.digest[:16]}  {'  '.join([*figures, said])}".rstrip()


def _tree(node: Node, mark: str, below: str, seen: set[str]) -> Iterator[str]:
    artifact = node.artifact
    if artifact is None:
        yield f"{mark}{node.name}: not in the store  digest {node.digest[:16]}"
        return
    name = "" if node.name == artifact.stage else f"{node.name}: "
    head = f"{mark}{name}{artifact.stage}-{artifact.key[:16]}  digest {artifact.digest[:16]}"
    if artifact.key in seen and (node.inputs or artifact.outside):
        yield f"{head}  (as above)"
        return
    seen.add(artifact.key)
    figures = "  ".join(f"{key} {figure(value)}" for key, value in list(artifact.metrics.items())[:3])
    yield f"{head}  {figures}".rstrip()
    leaves = _outside_lines(artifact, node)
    children = list(node.inputs)
    for place, leaf in enumerate(leaves):
        last = not children and place == len(leaves) - 1
        yield f"{below}{'└─ ' if last else '├─ '}{leaf}"
    for place, child in enumerate(children):
        last = place == len(children) - 1
        yield from _tree(child, f"{below}{'└─ ' if last else '├─ '}", f"{below}{'   ' if last else '│  '}", seen)


def _outside_lines(artifact: Artifact, node: Node) -> list[str]:
    found = [
        f"{name}{_span(node.lines.get(name))}  sha256 {digest[:16]}"
        for name, digest in list(artifact.outside.items())[:_FILES]
    ]
    rest = len(artifact.outside) - len(found)
    return [*found, f"and {rest} more files (all of them with --json)"] if rest > 0 else found


def _span(lines: Lines | None) -> str:
    if lines is None:
        return ""
    span = "" if lines.first is None else f":{lines.first}-{lines.last}"
    return f"{span}  {lines.documents:,} documents"


def _document_line(one: Found) -> str:
    near = "" if one.similarity is None else f"{one.similarity:.3f}  "
    label = "" if one.label is None else f"[{one.label}] "
    return f"  {near}{one.place}  {one.used}  {label}{_cut(one.text)}"


def _cut(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return clean if len(clean) <= _TEXT else clean[: _TEXT - 1] + "…"


def plain(lineage: Lineage, documents: Sequence[Found] = ()) -> dict[str, Any]:
    """The lineage as plain values: `root` and, for each key, stage, digest, inputs and outside files with lines."""
    artifacts = {}
    for node in lineage.nodes():
        if node.artifact is not None:
            artifacts[node.artifact.key] = _node(node, node.artifact)
    return {
        "asked": lineage.asked,
        "answer": lineage.answer,
        "slot": lineage.slot or None,
        "verdict": lineage.verdict,
        "exams": [{"key": e.key, "digest": e.digest, "metrics": e.metrics} for e in lineage.exams],
        "root": lineage.root.artifact.key if lineage.root.artifact else None,
        "artifacts": artifacts,
        "documents": [_document(one) for one in documents],
    }


def _node(node: Node, artifact: Artifact) -> dict[str, Any]:
    return {
        "stage": artifact.stage,
        "digest": artifact.digest,
        "path": str(artifact.path),
        "metrics": artifact.metrics,
        "inputs": {
            one.name: {"digest": one.digest, "key": one.artifact.key if one.artifact else None} for one in node.inputs
        },
        "outside": {
            name: {"sha256": digest, **_span_values(node.lines.get(name))} for name, digest in artifact.outside.items()
        },
    }


def _span_values(lines: Lines | None) -> dict[str, Any]:
    return {} if lines is None else {"documents": lines.documents, "first_line": lines.first, "last_line": lines.last}


def _document(one: Found) -> dict[str, Any]:
    found = {
        "source": one.source,
        "line": one.line,
        "id": one.id,
        "used": one.used,
        "label": one.label,
        "text": one.text,
    }
    return found | ({} if one.similarity is None else {"similarity": one.similarity})
