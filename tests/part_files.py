"""Small corpora cut into parts, for tests of what runs over parts."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

from leafout.corpus.dealt import decision
from leafout.corpus.documents import Document, table_of
from leafout.corpus.parts import read_part, write_table
from leafout.corpus.repetition import Edits


def write_parts(folder: Path, documents: Sequence[Document], sizes: Sequence[int]) -> list[Path]:
    """Documents as part files of so many documents each; the last takes the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, first = [], 0
    for number, size in enumerate([*sizes, len(documents) - sum(sizes)]):
        path = folder / f"{number:05d}.arrow"
        write_table(path, table_of(documents[first : first + size]).combine_chunks())
        paths.append(path)
        first += size
    return paths


def clean_of_repeats(module: ModuleType, parts: Sequence[Path], folder: Path, rule: Any) -> tuple[pa.Table, Edits]:
    """Survey, decide and apply over parts: all documents, and what was taken out of them."""
    folder.mkdir(parents=True, exist_ok=True)
    surveys = [folder / f"survey-{number}.npz" for number in range(len(parts))]
    for part, survey in zip(parts, surveys, strict=True):
        module.survey(part, survey, rule=rule)
    module.decide(parts, surveys, folder / "decisions", rule=rule)
    edits, tables = Edits(), []
    for number, part in enumerate(parts):
        table, found = module.apply(read_part(part), decision(folder / "decisions", number), rule=rule)
        tables.append(table)
        edits.add(found)
    return pa.concat_tables(tables), edits
