from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.card_tally import Tally

NAMES = st.lists(st.one_of(st.none(), st.sampled_from(["", "中文", "en", "b", "c", "很长" * 150])), max_size=60)


def add(tally: Tally, names: list[str | None], chars: int = 2) -> None:
    tally.add(pa.array(names, pa.string()), np.full(len(names), chars, np.int64))


@given(st.lists(NAMES, max_size=6))
def test_counts_are_those_of_a_counter_however_names_are_cut_into_batches(batches: list[list[str | None]]) -> None:
    tally, one = Tally(), Tally()
    for names in batches:
        add(tally, names)
    add(one, [name for names in batches for name in names])
    want = Counter(name[:200] for names in batches for name in names if name)
    plain = tally.plain()
    assert plain == one.plain()
    assert {row["name"]: row["documents"] for row in plain["top"]} == want
    assert [row["documents"] for row in plain["top"]] == sorted(want.values(), reverse=True)
    assert plain["none_said"]["documents"] == sum(not name for names in batches for name in names)
    assert plain["exact"]


def test_memory_is_bounded_and_the_rest_is_counted_as_others() -> None:
    tally = Tally(most=10)
    for number in range(300):
        add(tally, ["热门", "often", f"rare-{number}"])
    plain = tally.plain(shown=5)
    assert [(row["name"], row["documents"]) for row in plain["top"][:2]] == [("often", 300), ("热门", 300)]
    assert not plain["exact"]
    assert plain["names"] >= 300
    assert sum(row["documents"] for row in plain["top"]) + plain["others"]["documents"] == 900
    assert sum(row["characters"] for row in plain["top"]) + plain["others"]["characters"] == 1800
    assert sum(table.num_rows for table in tally._tables) <= 20


def test_merged_tallies_count_what_both_counted() -> None:
    left, right, both = Tally(), Tally(), Tally()
    add(left, ["甲", "乙", None])
    add(right, ["乙", "c"], chars=5)
    add(both, ["甲", "乙", None])
    add(both, ["乙", "c"], chars=5)
    left.merge(right)
    assert left.plain() == both.plain()
    assert Tally().plain()["top"] == []
