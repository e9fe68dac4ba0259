"""The scratch of a data stage: its work cut into numbered parts, each done once, whole, by any worker.

A part is a folder `<phase>/00012/` that appears by one rename when everything in it is written; a stage that was killed
finds the parts that are done and goes on with the others. Nothing here enters an artifact's payload: the last phase
reads parts in order and writes shards, and the scratch is removed.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafout.core.faults import fault_point
from leafout.corpus.documents import shards

PART_BYTES = 16 << 20
"""About so many bytes of Parquet's uncompressed columns make a part: a worker that judges one holds 300 MB."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Row groups of one file of documents."""

    path: Path
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A range of a stage's input: its number in order, and where its rows lie.

    Attributes:
        number: from 0.
        first_row: how many rows of the input lie before it.
        rows: how many it has.
        bytes: of its columns, before they are packed.
        slices: where they are.
    """

    number: int
    first_row: int
    rows: int
    bytes: int
    slices: tuple[Slice, ...]


def plan_parts(folders: Sequence[Path], *, part_bytes: int = 0) -> list[Part]:
    """Cut folders of documents into parts of about equal size; only the files' footers are read.

    Args:
        folders: of documents.
        part_bytes: about how much makes a part; 0 is `PART_BYTES`.
    """
    part_bytes = part_bytes or PART_BYTES
    parts: list[Part] = []
    slices: list[Slice] = []
    first, rows, size = 0, 0, 0

    def close() -> None:
        nonlocal slices, first, rows, size
        if rows:
            parts.append(Part(len(parts), first, rows, size, tuple(slices)))
        slices, first, rows, size = [], first + rows, 0, 0

    for folder in folders:
        for path in shards(folder):
            about = pq.read_metadata(path)
            groups: list[int] = []
            for number in range(about.num_row_groups):
                group = about.row_group(number)
                groups.append(number)
                rows, size = rows + group.num_rows, size + group.total_byte_size
                if size >= part_bytes:
                    slices.append(Slice(path, tuple(groups)))
                    groups = []
                    close()
            if groups:
                slices.append(Slice(path, tuple(groups)))
    close()
    return parts


def workers_for(parts: Sequence[Part], wanted: int) -> int:
    """How many workers some parts are worth: to start them takes as long as one process needs for two parts."""
    return wanted if sum(part.bytes for part in parts) > 2 * PART_BYTES else 1


def read_rows(part: Part, *, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a part."""
    tables = []
    for piece in part.slices:
        with pq.ParquetFile(piece.path) as file:
            tables.append(file.read_row_groups(list(piece.groups), columns=None if columns is None else list(columns)))
    return pa.concat_tables(tables).combine_chunks()


@contextmanager
def making(phase: Path, number: int) -> Iterator[Path]:
    """A folder to fill; it takes its place as part `number` of the phase when the block ends well.

    Args:
        phase: the folder of the phase's parts.
        number: of the part; ask `is_made` first.
    """
    phase.mkdir(parents=True, exist_ok=True)
    for left in phase.glob(f"{number:05d}.*.making"):  # by a worker that was killed
        shutil.rmtree(left, ignore_errors=True)
    making_at = phase / f"{number:05d}.{os.getpid()}.making"
    making_at.mkdir()
    try:
        yield making_at
        fault_point("parts.made")
        try:
            making_at.rename(made_at(phase, number))
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            # a worker that had not yet heard of its parent's end made the same part
    finally:
        shutil.rmtree(making_at, ignore_errors=True)


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array whole: it appears by one rename, and a part that finds it there need not make it again."""
    beside = path.with_name(f"{path.stem}.{os.getpid()}.making.npy")
    np.save(beside, values)
    beside.rename(path)


def open_scratch(scratch: Path) -> Path:
    """The folder for a stage's scratch, with the parts of an earlier sitting that was stopped.

    Parts are not synced to disk, which would cost more than it saves: those made before the machine last started are
    not trusted, and made again.
    """
    shutil.rmtree(_going(scratch), ignore_errors=True)
    boot, note = _boot(), scratch / "boot"
    if scratch.exists() and (note.read_text(encoding="utf-8") if note.exists() else "") != boot:
        remove_scratch(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    note.write_text(boot, encoding="utf-8")
    return scratch


def _boot() -> str:
    """What tells one start of this machine from another; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def remove_scratch(scratch: Path) -> None:
    """Remove the scratch of a stage that is done: by one rename, so that no kill leaves parts that only look made."""
    going = _going(scratch)
    shutil.rmtree(going, ignore_errors=True)
    scratch.rename(going)
    fault_point("parts.removing")
    shutil.rmtree(going)


def _going(scratch: Path) -> Path:
    return scratch.with_name(f"{scratch.name}.going")


def made_at(phase: Path, number: int) -> Path:
    """Where a part lies once it is made."""
    return phase / f"{number:05d}"


def is_made(phase: Path, number: int) -> bool:
    """Whether a part is there, whole."""
    return made_at(phase, number).is_dir()


def write_table(path: Path, table: pa.Table) -> None:
    """Write rows as an uncompressed Arrow file, which can be read without a copy and by row."""
    with pa.ipc.new_file(path, table.schema) as file:
        if fault_point("parts.write"):
            file.write_table(table.slice(0, table.num_rows // 2))
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        file.write_table(table)


def read_part(path: Path, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of an Arrow file, mapped into memory."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        table = file.read_all()
    return table if columns is None else table.select(list(columns))


def write_counts(path: Path, counts: dict[str, Any]) -> None:
    """Write what was counted in a part."""
    path.write_text(json.dumps(counts, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def read_counts(path: Path) -> dict[str, Any]:
    """What was counted in a part."""
    counts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return counts
