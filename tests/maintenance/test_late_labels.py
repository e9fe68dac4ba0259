from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.maintenance.late_labels import live_accuracy, read_labels, wilson
from leafout.maintenance.live import Answered

ANSWERS = [Answered(f"a{n}", None, "好" if n % 2 else "差", 0.5 + n / 100) for n in range(10)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,label\na1,好\na2/0,差\n"),
        ("a.tsv", "label\tid\textra\n好\ta1\tx\n差\ta2/0\ty\n"),
        ("a.jsonl", '{"id": "a1", "label": "好"}\n\n{"id": "a2/0", "label": "差", "text": "x"}\n'),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_labels_are_read_from_csv_and_json_lines(tmp_path: Path, name: str, content: str, encoding: str) -> None:
    (tmp_path / name).write_text(content, encoding=encoding)
    assert read_labels([(name, tmp_path / name)]) == {"a1": "好", "a2/0": "差"}


def test_what_nobody_has_labelled_yet_is_left_out_and_the_last_word_counts(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a1", "label": null}\n{"id": "a2", "label": "x"}\n', encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,label\na3,\na2,y\na4,1\n", encoding="utf-8")
    files = [(name, tmp_path / name) for name in ("a.jsonl", "b.csv")]
    assert read_labels(files) == {"a2": "y", "a4": "1"}


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.csv", "id,gold\na1,x\n", "a.csv:2"),
        ("a.jsonl", '{"id": "a", "label": "x"}\n{"label": "x"}\n', "a.jsonl:2"),
        ("a.jsonl", "[1]\n", "a.jsonl:1"),
        ("a.jsonl", '{"id"\n', "a.jsonl:1"),
    ],
)
def test_a_row_without_id_or_label_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str, place: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(LeafoutError) as caught:
        read_labels([(name, tmp_path / name)])
    assert caught.value.where == place


def test_accuracy_counts_the_labelled_answers_alone() -> None:
    found = live_accuracy(ANSWERS, {"a1": "好", "a3": "差", "a4": "差", "other": "好"})
    assert found is not None
    assert (found.right, found.labelled, found.unmatched) == (2, 3, 1)
    assert found.confidence == pytest.approx(0.5 + (1 + 3 + 4) / 300)
    assert found.plain()["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert live_accuracy(ANSWERS, {"other": "好"}) is None


def test_wilson_gives_the_figures_of_the_textbook() -> None:
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    expected = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (right, total), bounds in expected.items():
        assert wilson(right, total) == pytest.approx(bounds, abs=6e-5)
