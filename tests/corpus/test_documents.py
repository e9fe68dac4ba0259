from pathlib import Path

import pyarrow as pa
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import (
    SCHEMA,
    Document,
    DocumentWriter,
    count_documents,
    read_batches,
    read_documents,
    read_table,
    table_of,
)

ROWS = [
    Document("叶子", id="a", source="s.txt", line=1, label="正", extra={"星": 5}),
    Document("leaf", id="b", text_b="bud", tokens=("leaf",), tags=("O",), group="g"),
]


def write(folder: Path, rows: list[Document], *, shard_bytes: int = 1 << 20) -> None:
    with DocumentWriter(folder, shard_bytes=shard_bytes) as writer:
        for row in rows:
            writer.write(row)


def test_documents_come_back_as_they_were(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    assert list(read_documents(tmp_path)) == ROWS
    assert count_documents(tmp_path) == 2
    assert read_table(tmp_path, columns=["id"])["id"].to_pylist() == ["a", "b"]


def test_equal_documents_are_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / name, ROWS * 100)
    assert (tmp_path / "a/part-00000.parquet").read_bytes() == (tmp_path / "b/part-00000.parquet").read_bytes()


def test_large_output_is_cut_into_shards_read_in_order(tmp_path: Path) -> None:
    rows = [Document(f"{number} 芽", id=str(number)) for number in range(10_000)]
    write(tmp_path, rows, shard_bytes=1000)
    assert len(list(tmp_path.iterdir())) > 1
    assert [row for batch in read_batches(tmp_path) for row in batch["id"].to_pylist()] == [row.id for row in rows]


def test_no_documents_are_still_a_readable_artifact(tmp_path: Path) -> None:
    write(tmp_path, [])
    assert list(read_documents(tmp_path)) == []


def test_a_folder_without_documents_is_refused_with_the_likely_one(tmp_path: Path) -> None:
    write(tmp_path / "train", ROWS)
    with pytest.raises(LeafoutError, match="holds no documents") as caught:
        list(read_documents(tmp_path))
    assert "train" in caught.value.hint


def test_further_columns_can_be_written(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path, schema=SCHEMA.append(pa.field("reason", pa.string()))) as writer:
        writer.write_batch(table_of(ROWS).append_column("reason", pa.array(["x", "y"])))
    assert read_table(tmp_path)["reason"].to_pylist() == ["x", "y"]
