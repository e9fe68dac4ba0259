import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.tokenization.fast.strings import SEED, Strings, code_points, empty, find, of, put, step


def number(table: Strings, text: str) -> int:
    codes, value = code_points(text), SEED
    for code in codes:
        value = step(np.uint64(value), code)
    return int(find(table.store_U, table.starts_K1, table.slots_H, codes, 0, len(codes), np.uint64(value)))


@settings(deadline=None)
@given(st.lists(st.text(max_size=6), unique=True, max_size=40), st.text(max_size=6))
def test_a_table_finds_what_it_holds_and_nothing_else(texts: list[str], other: str) -> None:
    table = of(texts)
    assert [number(table, text) for text in texts] == list(range(len(texts)))
    assert number(table, other) == (texts.index(other) if other in texts else -1)


def test_a_full_table_takes_no_more_strings() -> None:
    table = empty(2, 3)
    codes = code_points("好ab")
    places = [(0, 1), (1, 3), (1, 2)]
    made = [put(table.store_U, table.starts_K1, table.slots_H, table.used, codes, *place) for place in places]
    assert made == [0, 1, -1]
    assert number(table, "ab") == 1
    assert put(empty(9, 2).store_U, np.zeros(10, np.int64), table.slots_H, np.zeros(1, np.int64), codes, 0, 3) == -1
