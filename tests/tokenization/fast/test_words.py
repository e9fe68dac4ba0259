import numpy as np

from leafout.tokenization.fast.strings import code_points, empty
from leafout.tokenization.fast.words import Known, recall, remember


def known(words: int, points: int, ids: int) -> Known:
    table = empty(words, points)
    ends, room = np.zeros(words + 1, np.int64), np.zeros(ids, np.int32)
    return Known(table.store_U, table.starts_K1, table.slots_H, table.used, ends, room)


def test_remembered_words_are_recalled_until_there_is_no_room() -> None:
    table, codes, out = known(3, 10, 4), code_points("天气很好abc"), np.zeros(9, np.int32)
    assert recall(table, codes, 0, 2, out, 0) == -1
    remember(table, codes, 0, 2, np.array([7, 8], np.int32))
    remember(table, codes, 2, 4, np.array([9], np.int32))
    assert recall(table, codes, 2, 4, out, 0) == 1
    assert recall(table, codes, 0, 2, out, 1) == 3
    assert out[:3].tolist() == [9, 7, 8]
    remember(table, codes, 4, 7, np.array([1, 2], np.int32))  # one id too many
    assert recall(table, codes, 4, 7, out, 0) == -1
    remember(table, codes, 4, 5, np.array([1], np.int32))
    remember(table, codes, 5, 6, np.zeros(0, np.int32))  # a word too many
    assert recall(table, codes, 4, 5, out, 0) == 1
    assert recall(table, codes, 5, 6, out, 0) == -1


def test_long_words_are_not_kept() -> None:
    table, codes = known(3, 100, 9), code_points("好" * 30)
    remember(table, codes, 0, 30, np.array([1], np.int32))
    assert table.used[0] == 0
