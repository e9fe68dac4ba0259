from leafout.chain.card.drawing import funnel


def step(name: str, read: int, kept: int, dropped: dict[str, int], inputs: dict[str, str]) -> dict[str, object]:
    told = {"read": read, "kept": kept, "dropped": dropped, "rejected": {}}
    return {"name": name, "stage": "clean", "inputs": inputs, "funnel": told, "card": {"documents": kept}}


def test_a_step_says_what_it_read_kept_and_lost() -> None:
    dropped = {"a_b": 5, "c": 3, "d": 1, "e": 1}
    made = funnel([step("新闻<b>", 100, 90, dropped, {})], {})
    for word in ("新闻&lt;b&gt;", "100 → 90 (90.0%)", "a b 5, c 3, d 1, 1 more reasons 1", "flow lost"):
        assert word in made
    assert "flow lost" not in funnel([step("x", 9, 9, {}, {})], {})


def test_the_sides_of_a_split_stand_below_with_their_shares() -> None:
    sides = {
        name: {"documents": count} for name, count in (("train", 8), ("val", 1), ("test", 1), ("test_deleaked", 1))
    }
    made = funnel([step("corpus", 10, 10, {}, {})], sides)
    for word in ("train 8 (80.0%)", "test 1 (10.0%)", "test de-leaked 1", "flow side2"):
        assert word in made


def test_no_step_is_an_empty_drawing() -> None:
    assert "svg" not in funnel([], {})
