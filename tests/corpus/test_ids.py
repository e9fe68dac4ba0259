from leafout.corpus.ids import StableIds


def test_a_name_comes_from_content_alone_and_repeats_get_an_ordinal() -> None:
    ids = StableIds()
    first, second = ids.name("叶", None, "正"), ids.name("叶", None, "正")
    assert len(first) == 16
    assert second == f"{first}-2"
    assert StableIds().name("叶", None, "正") == first


def test_parts_do_not_run_together() -> None:
    ids = StableIds()
    assert ids.name("ab", "c") != ids.name("a", "bc")
