from pathlib import Path

import pytest

from leafout.corpus import repeated_paragraphs
from leafout.corpus.documents import Document
from leafout.corpus.repeat_rules import RepeatedParagraphs
from part_files import clean_of_repeats, write_parts

ZH = "京口瓜洲一水间，钟山只隔数重山。春风又绿江南岸，明月何时照我还？王安石作此诗时正泊船瓜洲。"
EN = "All leaves unfold within a fortnight once the buds have opened, and the canopy closes above the forest floor."


def run(tmp_path: Path, texts: list[str], sizes: list[int], **rule: object) -> tuple[list[str], dict[str, int]]:
    config = RepeatedParagraphs.read(rule)
    parts = write_parts(tmp_path / "parts", [Document(text) for text in texts], sizes)
    table, edits = clean_of_repeats(repeated_paragraphs, parts, tmp_path / "scratch", config)
    return table.column("text").to_pylist(), edits.counts()


def test_the_first_stays_and_later_ones_go(tmp_path: Path) -> None:
    texts, counts = run(tmp_path, [f"one\n{ZH}\n{EN}", f"two\n{EN}\nend", ZH, "three"], [1, 1])
    assert texts == [f"one\n{ZH}\n{EN}", "two\nend", "", "three"]
    assert counts == {"documents": 2, "emptied": 1, "pieces": 2, "bytes": len(f"{EN}\n{ZH}".encode())}


@pytest.mark.parametrize(
    ("first", "second", "rule", "same"),
    [
        (EN, EN.upper(), {}, True),
        (EN, EN.upper(), {"fold_case": False}, False),
        (ZH, ZH.replace("，", " ,").replace(" ,", ","), {}, True),
        (ZH, ZH.replace("，", ","), {"fold_punctuation": False}, False),
        (f"Lot 17. {EN}", f"Lot 2. {EN}", {}, False),
        (f"Lot 17. {EN}", f"Lot 2. {EN}", {"fold_digits": True}, True),
        (EN, EN, {"min_chars": 200}, False),
        (ZH, ZH, {"min_chars": 2 * len(ZH)}, False),
        (f"{EN[:50]}\n{EN[50:]}", f"{EN[:50]}\n{EN[50:]}", {"between": "blank_line"}, True),
    ],
)
def test_what_counts_as_the_same(tmp_path: Path, first: str, second: str, rule: dict[str, object], same: bool) -> None:
    texts, _ = run(tmp_path, [first, second], [], **rule)
    assert texts == [first, "" if same else second]


def test_repeats_inside_a_document_go_by_choice(tmp_path: Path) -> None:
    song = f"{ZH}\nverse\n{ZH}"
    assert run(tmp_path, [song, f"{ZH}\nz"], [])[0] == [f"{ZH}\nverse", "z"]
    assert run(tmp_path, [song, f"{ZH}\nz"], [], inside=False)[0] == [song, "z"]


def test_borders_of_parts_change_nothing(tmp_path: Path) -> None:
    texts = [f"{number}\n{ZH if number % 3 else EN}\n{ZH[number % 2 :]}" for number in range(12)]
    whole = run(tmp_path / "a", texts, [])
    assert whole[1]["pieces"] == 21
    assert run(tmp_path / "b", texts, [2, 0, 5, 1]) == whole
