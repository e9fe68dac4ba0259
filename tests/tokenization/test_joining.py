from pathlib import Path

import numpy as np
import pytest

from leafout.tokenization.counts import no_counts
from leafout.tokenization.joining import join
from leafout.tokenization.pack import COPIES
from leafout.tokenization.shards import ShardWriter, read_shards


def part(folder: Path, documents: list[list[int]], copies: list[int]) -> Path:
    """Documents whose sentences have these lengths; their tokens are their copies."""
    with ShardWriter(folder, num_ids=9) as writer:
        for lengths, times in zip(documents, copies, strict=True):
            writer.write(np.full(sum(lengths), times), np.array(lengths), np.array([len(lengths)]))
    np.save(folder / COPIES, np.array(copies, np.int64))
    counts = no_counts(9)
    counts.read = len(documents)
    counts.save(folder)
    return folder


DOCUMENTS, COPIES_OF = [[1, 2], [3], [1], [2, 2], [4]], [1, 3, 2, 1, 3]


def test_documents_come_once_then_those_that_come_again(tmp_path: Path) -> None:
    counts = join([part(tmp_path / "a", DOCUMENTS, COPIES_OF)], tmp_path / "out", num_ids=9)
    shards = read_shards(tmp_path / "out")
    firsts = shards.ids[shards.sentences[shards.documents[:-1]]]
    assert firsts.tolist() == [1, 3, 2, 1, 3, 3, 2, 3, 3, 3]
    assert np.diff(shards.sentences[shards.documents]).tolist() == [3, 3, 1, 4, 4, 3, 1, 4, 3, 4]
    assert counts.read == 5


@pytest.mark.parametrize("borders", [[], [1], [2, 4], [1, 2, 3, 4], [0, 3]])
def test_where_parts_end_makes_no_difference(tmp_path: Path, borders: list[int]) -> None:
    join([part(tmp_path / "a", DOCUMENTS, COPIES_OF)], tmp_path / "whole", num_ids=9)
    made = []
    for number, (start, end) in enumerate(zip([0, *borders], [*borders, 5], strict=True)):
        made.append(part(tmp_path / f"p{number}", DOCUMENTS[start:end], COPIES_OF[start:end]))
    looks: list[int] = []
    join(made, tmp_path / "out", num_ids=9, look=lambda: looks.append(1))
    for name in ("ids.npy", "sentences.npy", "documents.npy"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert len(looks) == 3 * len(made)


def test_nothing_joins_to_nothing(tmp_path: Path) -> None:
    assert join([], tmp_path, num_ids=9).read == 0
    assert read_shards(tmp_path).num_documents == 0
