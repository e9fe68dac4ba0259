"""What a document that was just read gets beside its text: source, label, licence, and an id made from its content."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Literal

from leafout.corpus.documents import Document
from leafout.corpus.ids import content_id
from leafout.corpus.readers.record import INNER


@dataclass(frozen=True, slots=True)
class Naming:
    """How labels, licences and samples come about; the fields of `CollectConfig` of the same names."""

    label_from: Literal["column", "file", "folder"] = "column"
    labels: Mapping[str, str] = field(default_factory=dict)
    label_by: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    unlabelled: Literal["keep", "drop"] = "keep"
    licence: str = ""
    sample: float = 1.0


def named(document: Document, name: str, naming: Naming) -> Document | str:
    """The document with source, label, licence and id; or the reason why it is left out.

    Args:
        document: as a reader made it; its own source, of a member of an archive, stays.
        name: of the file.
        naming: the rules.
    """
    source = document.source if document.source.startswith(name + INNER) else name
    label = document.label
    path = PurePosixPath(source.replace(INNER, "/"))
    if naming.label_from == "file":
        label = path.name.partition(".")[0]
    elif naming.label_from == "folder":
        label = path.parent.name
    for key, patterns in naming.label_by.items():
        value = getattr(document, key, None) or document.extra.get(key)
        label = _label_by(value, patterns)
        if label is None and naming.unlabelled == "drop":
            return "unlabelled"
    label = naming.labels.get(label, label) if label is not None else None
    key = content_id(document.text, document.text_b, label)
    if naming.sample < 1 and int(key[:8], 16) >= naming.sample * 2**32:
        return "not sampled"
    licence = document.licence or naming.licence or None
    return replace(document, id=key, source=source, label=label, licence=licence)


def _label_by(value: str | None, patterns: Mapping[str, tuple[str, ...]]) -> str | None:
    if value is None:
        return None
    return next((label for label, names in patterns.items() if any(fnmatchcase(value, n) for n in names)), None)
