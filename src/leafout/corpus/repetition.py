"""What the three searches for repetition inside a corpus have in common: their texts, their edits, their scratch files.

Each works in three steps over the parts of a corpus: `survey(part, out)` writes what is to be compared, one process a
part; `decide(parts, surveys, folder)` compares all of it in bounded memory and writes for each part what goes;
`apply(table, decision)` makes the new table of a part. The result depends on the sequence of documents
alone.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_MAX_EXAMPLES = 1000
EXAMPLE_CHARS = 200


@dataclass(slots=True)
class Edits:
    """What was taken out of documents.

    Attributes:
        documents: documents that lost something.
        emptied: those of them that have no text left; the caller drops them with a reason.
        pieces: lines, paragraphs or stretches taken out.
        bytes: of UTF-8 that went.
        examples: the commonest things taken out, cut to 200 characters, and how often.
    """

    documents: int = 0
    emptied: int = 0
    pieces: int = 0
    bytes: int = 0
    examples: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Edits") -> None:
        """Add what was taken out of another part."""
        self.documents += other.documents
        self.emptied += other.emptied
        self.pieces += other.pieces
        self.bytes += other.bytes
        self.examples.update(other.examples)
        if len(self.examples) > 2 * _MAX_EXAMPLES:
            self.examples = Counter(dict(commonest(self.examples, _MAX_EXAMPLES)))

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        return {"documents": self.documents, "emptied": self.emptied, "pieces": self.pieces, "bytes": self.bytes}


def commonest(examples: Counter[str], most: int) -> list[tuple[str, int]]:
    """The commonest examples; those of equal count in the order of their text."""
    return sorted(examples.items(), key=lambda item: (-item[1], item[0]))[:most]


def editable_texts(table: pa.Table) -> pa.Array:
    """The texts of documents; a tagged row counts as empty, since its text is its tokens."""
    texts = table.column("text").combine_chunks()
    if isinstance(texts, pa.ChunkedArray):  # older pyarrow: no chunk, or more than 2 GiB of text
        texts = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.string())
    texts = texts.fill_null("") if texts.null_count else texts
    if "tokens" not in table.column_names or table.column("tokens").null_count == table.num_rows:
        return texts
    plain = pc.is_null(table.column("tokens")).combine_chunks()
    return pc.if_else(plain, texts, "")


def with_texts(table: pa.Table, texts: pa.Array, changed_N: NDArray[np.bool_]) -> tuple[pa.Table, Edits]:
    """A table whose changed rows have new texts, and the count of that (without pieces and examples)."""
    if not changed_N.any():
        return table, Edits()
    old = table.column("text").combine_chunks()
    rows = pa.array(changed_N)
    sizes = [pc.sum(pc.binary_length(side.filter(rows))).as_py() or 0 for side in (old, texts)]
    empty = pc.sum(pc.equal(pc.utf8_trim_whitespace(texts.filter(rows)), "")).as_py() or 0
    place = table.schema.get_field_index("text")
    merged = pc.if_else(rows, texts.cast(pa.string()), old.cast(pa.string()))
    new = table.set_column(place, table.schema.field("text"), merged.cast(table.schema.field("text").type))
    return new, Edits(documents=int(changed_N.sum()), emptied=int(empty), bytes=int(sizes[0] - sizes[1]))
