from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leafout.corpus.text_stores import ArrayTexts, TextStore, ipc_texts, joined_texts, parquet_texts

TEXTS = [f"第{number}篇 text {number}" for number in range(50)]
SECOND = [None if number % 3 else f"second {number}" for number in range(50)]
WANTED = [text if second is None else f"{text}\n{second}" for text, second in zip(TEXTS, SECOND, strict=True)]


def stores(folder: Path) -> list[TextStore]:
    table = pa.table({"id": TEXTS, "text": TEXTS, "text_b": pa.array(SECOND, pa.string())})
    paths = []
    for number, (first, last) in enumerate([(0, 7), (7, 7), (7, 50)]):
        part = table.slice(first, last - first)
        paths.append((folder / f"part-{number}.arrow", folder / f"part-{number}.parquet"))
        with pa.OSFile(str(paths[-1][0]), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(part, max_chunksize=5)
        pq.write_table(part, paths[-1][1], row_group_size=4)
    return [
        ArrayTexts(pa.array(WANTED)),
        ipc_texts([arrow for arrow, _ in paths]),
        parquet_texts([parquet for _, parquet in paths]),
    ]


@pytest.mark.parametrize("rows", [[], [0], [6, 7], [49], [1, 2, 8, 30, 31, 48], list(range(50))])
def test_every_store_gives_the_texts_of_rows(rows: list[int], tmp_path: Path) -> None:
    for store in stores(tmp_path):
        found = store.texts(np.array(rows, np.int64))
        assert found.type == pa.large_string()
        assert found.to_pylist() == [WANTED[row] for row in rows]


def test_a_rows_text_does_not_depend_on_its_company() -> None:
    batch = pa.record_batch({"text": ["甲", None, "c"], "text_b": pa.array([None, "b", ""], pa.string())})
    whole = joined_texts(batch).to_pylist()
    assert whole == ["甲", "\nb", "c\n"]
    assert [joined_texts(batch.slice(row, 1))[0].as_py() for row in range(3)] == whole
