from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus import repeated_substrings
from leafout.corpus.documents import Document
from leafout.corpus.repeat_rules import RepeatedSubstrings
from part_files import clean_of_repeats, write_parts

ZH = "京口瓜洲一水间，钟山只隔数重山。春风又绿江南岸，明月何时照我还？"
EN = "The quick brown fox jumps over the lazy dog and runs away."


def run(tmp_path: Path, texts: list[str], sizes: list[int], **rule: object) -> tuple[list[str], dict[str, int]]:
    config = RepeatedSubstrings.read(rule)
    parts = write_parts(tmp_path / "parts", [Document(text) for text in texts], sizes)
    table, edits = clean_of_repeats(repeated_substrings, parts, tmp_path / "scratch", config)
    return table.column("text").to_pylist(), edits.counts()


def without_repeats(texts: list[str], units: int) -> list[str]:
    """What should be left, by looking at every stretch: the reference."""
    seen, left = dict[str, tuple[int, int]](), []
    for number, text in enumerate(texts):
        sizes = [len(char.encode()) for char in text]
        lengths, places = [1 if size < 3 else 2 for size in sizes], [sum(sizes[:end]) for end in range(len(sizes) + 1)]
        gone: set[int] = set()
        for start in range(len(text)):
            for end in range(start + 1, len(text) + 1):
                total = sum(lengths[start:end])
                if total >= units:
                    other, place = seen.setdefault(text[start:end], (number, places[start]))
                    if other != number or places[start] - place >= units:
                        gone |= set(range(start, end))
                    if total > units + 1:
                        break
        left.append("".join(char for place, char in enumerate(text) if place not in gone))
    return left


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(
        st.lists(
            st.sampled_from(["叶绿素", "ab", "好", "é", "leafout ", "🙂", "aaaaaa", ZH[:16], EN[:21], ZH[4:9]])
        ).map("".join),
        max_size=6,
    ),
    size=st.integers(0, 2),
)
def test_exactly_the_repeats_are_cut(texts: list[str], size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    sizes = [min(size, len(texts))]
    left, counts = run(tmp_path_factory.mktemp("a"), texts, sizes, min_chars=20, cut_at="character")
    assert left == without_repeats(texts, 20)
    assert counts["bytes"] == sum(len(text.encode()) for text in texts) - sum(len(text.encode()) for text in left)


@pytest.mark.parametrize("words", [ZH, EN])
def test_the_first_stays_and_later_ones_are_cut(tmp_path: Path, words: str) -> None:
    left, counts = run(tmp_path, [f"甲乙 {words} one", f"丙丁 {words} two", words], [2], min_chars=40)
    assert left == [f"甲乙 {words} one", "丙丁 two", ""]
    assert counts["documents"] == 2
    assert (counts["emptied"], counts["pieces"]) == (1, 2)


def test_a_cut_stands_at_words_or_sentences_by_choice(tmp_path: Path) -> None:
    texts = [f"A start. {EN} Hereafter all.", f"B start. {EN} Heretofore all."]
    for cut_at, expected in (
        ("character", "Btofore all."),
        ("word", "B Heretofore all."),
        ("sentence", "B start. Heretofore all."),
    ):
        assert run(tmp_path, texts, [], min_chars=40, cut_at=cut_at)[0] == [texts[0], expected]


def test_a_repeat_one_character_too_short_stays(tmp_path: Path) -> None:
    units = sum(2 if len(char.encode()) > 2 else 1 for char in ZH)
    texts = [f"a{ZH}b", f"c{ZH}d"]
    assert run(tmp_path, texts, [], min_chars=units)[0] == [texts[0], "cd"]
    assert run(tmp_path, texts, [], min_chars=units + 1)[0] == texts


def test_a_text_that_repeats_itself_keeps_one_copy(tmp_path: Path) -> None:
    left, _ = run(tmp_path, [f"{ZH}" * 40, "=" * 5000], [], min_chars=100)
    assert left[0] == ZH * 2
    assert left[1] == "=" * 100


def test_many_copies_of_a_passage_leave_one(tmp_path: Path) -> None:
    texts = [f"{number:05d} {EN} {number * 7919:09d}" for number in range(3000)]
    left, counts = run(tmp_path, texts, [700, 1], min_chars=50)
    assert counts["pieces"] == 2999
    assert left[0] == texts[0]
    assert left[1:] == [f"{number:05d} {number * 7919:09d}" for number in range(1, 3000)]


def test_borders_of_parts_change_nothing(tmp_path: Path) -> None:
    texts = [f"{number} {EN * 2}{ZH[number:]}{EN[number:]} {ZH}" for number in range(10)]
    whole = run(tmp_path / "a", texts, [], min_chars=30)
    assert whole[1]["pieces"]
    assert run(tmp_path / "b", texts, [1, 0, 6], min_chars=30) == whole


def test_places_by_the_block_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{number} {EN * 2}{ZH[number:]}{EN[number:]} {ZH}" for number in range(10)]
    whole = run(tmp_path / "a", texts, [], min_chars=30)
    monkeypatch.setattr(repeated_substrings, "_BLOCK_PLACES", 3)
    assert run(tmp_path / "b", texts, [], min_chars=30) == whole
    assert not (tmp_path / "b" / "scratch" / "decisions" / "contexts.bin").exists()
