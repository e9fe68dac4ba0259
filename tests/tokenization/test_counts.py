from collections import Counter
from pathlib import Path

import pytest

from leafout.tokenization.counts import GROUPS, Counts, load_counts, no_counts, units_of


def some(add: int) -> Counts:
    counts = no_counts(5)
    counts.ids_GV[GROUPS.index("zh"), 3] = 7 + add
    counts.read, counts.copies = 4 + add, 2
    counts.tokens.update({"zh": 7, "ja": add})
    return counts


def test_counts_come_back_as_they_were_saved(tmp_path: Path) -> None:
    some(1).save(tmp_path)
    found = load_counts(tmp_path)
    assert (found.ids_GV == some(1).ids_GV).all()
    assert (found.read, found.copies, found.tokens, found.units) == (5, 2, Counter(zh=7, ja=1), Counter())


def test_counts_add_up() -> None:
    counts = some(1)
    counts.add(some(2))
    assert counts.ids_V.tolist() == [0, 0, 0, 17, 0]
    assert (counts.read, counts.tokens["ja"]) == (11, 3)


@pytest.mark.parametrize(
    ("text", "code", "units"),
    [("今天 天气，", "zh", 5), ("the  weather\nok", "en", 3), ("私は 私", "ja", 3), ("오늘 날씨", "ko", 2)],
)
def test_units_are_characters_where_no_spaces_part_words(text: str, code: str, units: int) -> None:
    assert units_of(text, code) == units
