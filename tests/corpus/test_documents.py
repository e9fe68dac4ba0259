from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import (
    SCHEMA,
    Document,
    DocumentWriter,
    count_documents,
    read_batches,
    read_documents,
    read_table,
    shards,
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


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(1, 60), min_size=1, max_size=12), long_every=st.integers(0, 5))
def test_the_same_documents_give_the_same_bytes_however_they_are_batched(
    cuts: list[int], long_every: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    times = [40 if long_every and n % long_every == 0 else 1 for n in range(sum(cuts))]
    rows = [Document(text="春眠" * many, id=f"{n}") for n, many in enumerate(times)]
    folder = tmp_path_factory.mktemp("batched")
    with mock.patch.multiple("leafout.corpus.documents", _BATCH_ROWS=16, _GROUP_BYTES=200):
        with DocumentWriter(folder / "one", shard_bytes=1000) as writer:
            for row in rows:
                writer.write(row)
        with DocumentWriter(folder / "many", shard_bytes=1000) as writer:
            start = 0
            for size in cuts:
                writer.write_batch(table_of(rows[start : start + size]))
                start += size
        for path in shards(folder / "one"):
            assert path.read_bytes() == (folder / "many" / path.name).read_bytes()
            groups = pq.read_metadata(path)
            assert all(groups.row_group(n).num_rows <= 16 for n in range(groups.num_row_groups))
    assert len(shards(folder / "one")) == len(shards(folder / "many"))
    assert [row.id for row in read_documents(folder / "many")] == [row.id for row in rows]
