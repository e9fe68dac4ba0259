import json
from pathlib import Path

import numpy as np

from leafout.corpus.documents import Document, DocumentWriter
from leafout.corpus.parts import plan_parts
from leafout.corpus.splits import TEST, TRAIN, VAL
from leafout.corpus.splits_leaks import CAUSES, leaks_of_test, leaks_of_train, tell_leaks

SIDES = np.array([TRAIN, TRAIN, VAL, VAL, TEST, TEST, TEST, TEST, TEST], np.int8)
LETTERS = np.array([11, 12, 11, 13, 12, 13, 14, 15, 16], np.uint64)
CLUSTERS = np.array([0, 1, 0, 3, 1, 3, 0, 3, 8])


def causes(found: np.ndarray[tuple[int], np.dtype[np.int8]]) -> list[str]:
    return [CAUSES[cause] for cause in found]


def test_a_row_of_test_leaks_from_train_or_val_word_for_word_or_nearly() -> None:
    found = leaks_of_test(LETTERS, CLUSTERS, SIDES)
    told = ["", "", "exact_in_train", "", "exact_in_train", "exact_in_val", "near_in_train", "near_in_val", ""]
    assert causes(found.causes_N) == told
    assert found.copies_N.tolist() == [-1, -1, 0, -1, 1, 3, 0, 3, -1]
    counts = {"exact_in_train": 1, "exact_in_val": 1, "near_in_train": 1, "near_in_val": 1}
    assert found.counts(SIDES, TEST) == {"rows": 5, "leaked": 4} | counts
    assert found.counts(SIDES, VAL) == {"rows": 2, "leaked": 1, "exact_in_train": 1, "near_in_train": 0}


def test_without_clusters_only_exact_copies_leak() -> None:
    assert causes(leaks_of_test(LETTERS, None, SIDES).causes_N)[6:] == ["", "", ""]


def test_the_rows_of_train_that_are_copied_are_found_the_other_way_round() -> None:
    found = leaks_of_train(LETTERS, CLUSTERS, SIDES)
    assert causes(found.causes_N) == ["exact_in_val", "exact_in_test", "near_in_test", "exact_in_test"] + [""] * 5


def test_leaks_are_told_with_their_copies(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "rows") as writer:
        for number in range(9):
            writer.write(Document("文", id=f"r{number}", source="a.tsv", line=number))
    path = tmp_path / "leaks.jsonl"
    tell_leaks(path, leaks_of_test(LETTERS, CLUSTERS, SIDES), SIDES, plan_parts([tmp_path / "rows"], part_bytes=1))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["copy"]["id"], line["copy"]["side"]) for line in lines] == [
        ("r2", "r0", "train"),
        ("r4", "r1", "train"),
        ("r5", "r3", "val"),
        ("r6", "r0", "train"),
        ("r7", "r3", "val"),
    ]
    assert lines[0] == {
        "side": "val",
        "id": "r2",
        "source": "a.tsv",
        "line": 2,
        "cause": "exact_in_train",
        "copy": {"side": "train", "id": "r0", "source": "a.tsv", "line": 0},
    }
