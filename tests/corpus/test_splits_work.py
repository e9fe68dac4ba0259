from pathlib import Path

import numpy as np

from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, table_of
from leafout.corpus.splits_rows import Wanted, gather
from leafout.corpus.splits_work import KEPT, NEAR_VAL, NO_SIDE_SAID, REASONS, Work


def test_sizes_are_of_rows_that_are_not_left_out() -> None:
    rows = gather(iter([table_of([Document(text, id=text) for text in "甲乙丙丁戊"])]), Wanted())
    reasons, sides = np.array([0, 0, 1, 0, 4], np.int8), np.array([0, 2, 0, 0, -1], np.int8)
    work = Work(QuietRun(), Path(), [], [], rows, reasons, sides)
    assert work.kept_N().tolist() == [True, True, False, True, False]
    assert work.sizes() == {"train": 2, "val": 0, "test": 1}


def test_the_number_of_rows_stays_known_when_keys_are_let_go() -> None:
    rows = gather(iter([table_of([Document(text, id=text) for text in "甲乙丙"])]), Wanted())
    work = Work(QuietRun(), Path(), [], [], rows, np.zeros(3, np.int8), np.zeros(3, np.int8), np.arange(3))
    work.forget_keys()
    assert len(work.rows) == 3
    assert (len(work.rows.letters_N), work.clusters_N) == (0, None)


def test_reasons_have_their_numbers() -> None:
    assert (REASONS[KEPT], REASONS[NO_SIDE_SAID], REASONS[NEAR_VAL]) == ("", "no_side", "near_copy_of_val")
