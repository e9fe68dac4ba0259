"""What is counted while documents are packed: tokens by entry and language, and what became of documents.

Legend: V vocabulary.
"""

from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.parts import read_counts, write_counts

Int64 = NDArray[np.int64]

GROUPS = ("zh", "en", "other")
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo"})
"""Languages without spaces between words: their units are characters."""


@dataclass
class Counts:
    """What was counted; a document that is packed several times counts as often in all but `read` and `emptied`.

    Attributes:
        ids_GV: how often each id occurs, by group of languages (`GROUPS`).
        read, emptied, weightless: documents; those without a single token; those that a weight of 0 leaves out.
        copies: documents that were packed again.
        cut_documents, cut_sentences: see `cutting`; each once.
        text_bytes: of all texts, in UTF-8.
        documents, tokens, units: by language; units are characters where no spaces part words, else words.
    """

    ids_GV: Int64
    read: int = 0
    emptied: int = 0
    weightless: int = 0
    copies: int = 0
    cut_documents: int = 0
    cut_sentences: int = 0
    text_bytes: int = 0
    documents: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)

    @property
    def ids_V(self) -> Int64:
        """How often each id occurs."""
        total: Int64 = self.ids_GV.sum(axis=0)
        return total

    def add(self, other: "Counts") -> None:
        """Take another's counts in."""
        self.ids_GV += other.ids_GV
        for name in ("read", "emptied", "weightless", "copies", "cut_documents", "cut_sentences", "text_bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("documents", "tokens", "units"):
            getattr(self, name).update(getattr(other, name))

    def save(self, folder: Path) -> None:
        """Write them into a folder, as `counts.json` and `ids_used.npz`."""
        ids_GV = self.ids_GV
        about = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "ids_GV"}
        used = np.flatnonzero(ids_GV.any(axis=0))
        np.savez(folder / "ids_used.npz", size=np.array(ids_GV.shape[1]), used=used, counts=ids_GV[:, used])
        write_counts(folder / "counts.json", about)


def no_counts(num_ids: int) -> Counts:
    """Nothing counted yet."""
    return Counts(np.zeros((len(GROUPS), num_ids), np.int64))


def load_counts(folder: Path) -> Counts:
    """What `Counts.save` wrote."""
    about = read_counts(folder / "counts.json")
    for name in ("documents", "tokens", "units"):
        about[name] = Counter(about[name])
    with np.load(folder / "ids_used.npz") as saved:
        counts = no_counts(int(saved["size"]))
        counts.ids_GV[:, saved["used"]] = saved["counts"]
    return Counts(counts.ids_GV, **about)


def units_of(text: str, code: str) -> int:
    """Characters of a text in a language without spaces, else its words."""
    words = text.split()
    return sum(map(len, words)) if code in _UNSPACED else len(words)
