"""Clean: keep the documents worth learning from, and say why the others went."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.text.quality import QualityRules

if TYPE_CHECKING:
    from leafout.corpus.documents import Document
    from leafout.corpus.ledger import Ledger


class NearDedup(Config):
    """How near-duplicates are found."""

    threshold: float = Field(default=0.8, ge=0.3, le=1)
    """Least Jaccard similarity of three-unit shingles; 1 finds only texts of equal shingles."""


class CleanConfig(Config):
    """What is kept."""

    nfkc: bool = False
    """Turn full-width letters, digits and punctuation into plain ones."""
    languages: tuple[Literal["zh", "en", "other"], ...] = ()
    """Languages to keep; empty keeps all."""
    quality: QualityRules = QualityRules()
    """Bounds on length, symbols and repetition."""
    mask_personal_data: bool = False
    """Replace e-mail addresses, phone, identity and card numbers and IP addresses by placeholders."""
    labelled: bool = False
    """Keep only rows that have a label."""
    dedup: bool = True
    """Drop exact repeats; case, white space and punctuation make no difference."""
    near_dedup: NearDedup | None = NearDedup()
    """Drop near-duplicates; null keeps them."""
    conflicts: Literal["drop", "first"] = "drop"
    """Equal texts with different labels: drop all of them, or keep the first."""


@stage(version=1)
def clean(documents: Sequence[Path], *, out: Path, config: CleanConfig, run: Run = QUIET) -> dict[str, float]:
    """Keep the documents that pass every rule; count the reasons of the rest.

    Args:
        documents: artifacts of documents, cleaned as one.
        out: receives `part-*.parquet`; `notes/dropped/` holds each dropped document with its reason,
            `notes/near_duplicates.jsonl` the clusters, `notes/funnel.json` the counts.
        config: the rules.
        run: progress and stop.

    Returns:
        `documents`, `kept_fraction` and `dropped_<reason>`.

    Raises:
        LeafoutError: when nothing is left.
    """
    from leafout.corpus.documents import DocumentWriter
    from leafout.corpus.ledger import Ledger

    with Ledger(out) as ledger, _Dropped(out, ledger) as dropped:
        kept = list(_passing(documents, config, run, ledger, dropped))
        if config.dedup:
            kept = list(_distinct(kept, config, dropped))
        if config.near_dedup is not None:
            kept = list(_no_near_duplicates(kept, config.near_dedup, out, run, dropped))
        with DocumentWriter(out) as writer:
            for document in kept:
                writer.write(document)
        ledger.kept = len(kept)
    if not kept:
        raise LeafoutError(
            f"nothing is left of {ledger.read} documents", hint=f"dropped: {dict(ledger.dropped.most_common(5))}"
        )
    reasons = {f"dropped_{name}": float(count) for name, count in sorted(ledger.dropped.items())}
    return {"documents": float(len(kept)), "kept_fraction": round(len(kept) / ledger.read, 4), **reasons}


class _Dropped:
    """Writes dropped documents with their reasons."""

    def __init__(self, out: Path, ledger: "Ledger") -> None:
        import pyarrow as pa

        from leafout.corpus.documents import SCHEMA, DocumentWriter

        self._schema = SCHEMA.append(pa.field("reason", pa.string()))
        self._writer = DocumentWriter(out / "notes" / "dropped", schema=self._schema)
        self._ledger = ledger
        self._waiting: list[tuple[Document, str]] = []

    def __enter__(self) -> "_Dropped":
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()
        self._writer.__exit__(None, None, None)

    def add(self, document: "Document", reason: str) -> None:
        """Count a document and set it aside."""
        self._ledger.dropped[reason] += 1
        self._waiting.append((document, reason))
        if len(self._waiting) >= 4096:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        from leafout.corpus.documents import table_of

        if self._waiting:
            table = table_of([document for document, _ in self._waiting])
            reasons = pa.array([reason for _, reason in self._waiting], pa.string())
            self._writer.write_batch(table.append_column("reason", reasons))
            self._waiting = []


def _passing(
    folders: Sequence[Path], config: CleanConfig, run: Run, ledger: "Ledger", dropped: _Dropped
) -> "Iterator[Document]":
    from dataclasses import replace

    from leafout.corpus.documents import count_documents, read_documents
    from leafout.text.language import language
    from leafout.text.normalise import normalise_counted
    from leafout.text.pii import mask
    from leafout.text.quality import fault

    total = sum(count_documents(folder) for folder in folders)
    for folder in folders:
        for document in read_documents(folder):
            ledger.read += 1
            if ledger.read % 2000 == 0:
                run.progress(ledger.read, total, unit="documents")
                if run.should_stop():
                    raise Stopped
            text, edits = normalise_counted(document.text, nfkc=config.nfkc)
            ledger.edited.update(edits)
            spoken = document.language or language(text)
            reason = fault(text, spoken, config.quality)
            if config.labelled and document.label is None:
                reason = "unlabelled"
            if reason is None and config.languages and spoken not in config.languages:
                reason = f"language_{spoken}"
            if reason is not None:
                dropped.add(document, reason)
                continue
            second = document.text_b
            if config.mask_personal_data:
                text, found = mask(text)
                ledger.edited.update({f"masked_{kind.lower()}": count for kind, count in found.items()})
                second = None if second is None else mask(second)[0]
            yield replace(document, text=text, text_b=second, language=spoken)


def _distinct(kept: "list[Document]", config: CleanConfig, dropped: _Dropped) -> "Iterator[Document]":
    labels: dict[str, set[str | None]] = {}
    keys = [_folded(document) for document in kept]
    for document, key in zip(kept, keys, strict=True):
        labels.setdefault(key, set()).add(document.label)
    seen: set[str] = set()
    for document, key in zip(kept, keys, strict=True):
        known = {label for label in labels[key] if label is not None}
        if len(known) > 1 and config.conflicts == "drop":
            dropped.add(document, "conflicting_label")
        elif key in seen or (document.label is None and known):
            dropped.add(document, "duplicate")
        else:
            seen.add(key)
            yield document


def _folded(document: "Document") -> str:
    from leafout.text.quality import NO_LETTERS

    parts = [document.text] if document.text_b is None else [document.text, document.text_b]
    folded = "\0".join(NO_LETTERS.sub("", part.lower()) for part in parts)
    return folded if folded.strip("\0") else "\0".join(parts)


def _no_near_duplicates(
    kept: "list[Document]", rule: NearDedup, out: Path, run: Run, dropped: _Dropped
) -> "Iterator[Document]":
    import json

    from leafout.corpus.near_duplicates import clusters

    texts = [f"{document.text}\n{document.text_b or ''}" for document in kept]
    roots = clusters(texts, threshold=rule.threshold, progress=lambda n, of: run.progress(n, of, unit="documents"))
    members: dict[tuple[int, str | None], list[int]] = {}
    for place, root in enumerate(roots.tolist()):
        members.setdefault((root, kept[place].label), []).append(place)
    best = {max(places, key=lambda place: (len(kept[place].text), -place)) for places in members.values()}
    with (out / "notes" / "near_duplicates.jsonl").open("w", encoding="utf-8") as file:
        for places in members.values():
            if len(places) > 1:
                first = next(place for place in places if place in best)
                gone = [kept[place].id for place in places if place != first]
                file.write(json.dumps({"kept": kept[first].id, "dropped": gone}) + "\n")
    for place, document in enumerate(kept):
        if place in best:
            yield document
        else:
            dropped.add(document, "near_duplicate")
