import json
from collections import Counter
from pathlib import Path

import pytest

from leafout.core.parallel import Workers
from leafout.core.run import QUIET
from leafout.corpus.cleaning.duplicates import REASONS, band_files, decide, key_parts
from leafout.corpus.cleaning.phases import Phases, finish_part
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.documents import Document, DocumentWriter, table_of
from leafout.corpus.near_duplicates import keys_of
from leafout.corpus.near_index import write_index
from leafout.corpus.parts import making
from leafout.corpus.text_stores import joined_texts

LONG = "这本书的内容很充实，作者用平实的语言讲述了自己的经历，读完之后收获很大"


def _decided(
    tmp_path: Path, rows: list[Document], *, cut: int = 1, against: tuple[Path, ...] = (), **rules: object
) -> list[str]:
    for number, part in enumerate((rows[:cut], rows[cut:])):
        with making(tmp_path / "judge", number) as out:
            finish_part(out, table_of(part), [None] * len(part), Counter())
    phases = Phases(tmp_path, 2, Workers(1), QUIET)
    read = CleanRules.read(rules)
    key_parts(phases, "judge", read, against)
    assert all(path.exists() for path in band_files(phases)) == (read.near_dedup is not None)
    return [REASONS[code] for code in decide(phases, "judge", read).tolist()]


@pytest.mark.parametrize("cut", [0, 1, 3, 5])
def test_equal_letters_are_one_document_wherever_parts_end(tmp_path: Path, cut: int) -> None:
    rows = [
        Document(LONG),
        Document("Other words"),
        Document(LONG + "！"),
        Document("OTHER, words"),
        Document("…！"),
        Document("？"),
    ]
    found = _decided(tmp_path, rows, cut=cut, near_dedup=None)
    assert found == ["", "", "duplicate", "duplicate", "", ""]


def test_the_second_text_of_a_pair_counts(tmp_path: Path) -> None:
    rows = [Document("ab", text_b="c"), Document("a", text_b="bc"), Document("ab", text_b="C!"), Document("abc")]
    assert _decided(tmp_path, rows, near_dedup=None) == ["", "", "duplicate", ""]


def test_labels_decide_which_of_equal_documents_stay(tmp_path: Path) -> None:
    rows = [
        Document(LONG),
        Document(LONG, label="正"),
        Document("b c d"),
        Document("b c d", label="x"),
        Document("b c d", label="y"),
    ]
    assert _decided(tmp_path / "a", rows, near_dedup=None) == ["duplicate", "", *["conflicting_label"] * 3]
    found = _decided(tmp_path / "b", rows, near_dedup=None, conflicts="first")
    assert found == ["duplicate", "", "duplicate", "", "duplicate"]


def test_near_duplicates_of_one_label_leave_the_best_copy_and_are_listed(tmp_path: Path) -> None:
    rows = [
        Document(LONG, id="a", label="正"),
        Document(LONG + "。推荐", id="b", label="正"),
        Document(LONG + "。不推荐", id="c", label="负"),
        Document("Something else entirely", id="d"),
    ]
    assert _decided(tmp_path, rows, near_dedup={"threshold": 0.7}) == ["near_duplicate", "", "", ""]
    listed = [json.loads(line) for line in (tmp_path / "near_duplicates.jsonl").read_text().splitlines()]
    assert listed == [{"kept": "b", "dropped": ["a"]}]


def test_what_an_earlier_corpus_holds_is_known(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "old") as writer:
        writer.write(Document(LONG + "。推荐"))
    batch = table_of([Document(LONG + "。推荐")]).to_batches()[0]
    write_index(tmp_path / "old", [keys_of(joined_texts(batch), threshold=0.8)], threshold=0.8)
    found = _decided(tmp_path, [Document(LONG), Document("New words of another kind")], against=(tmp_path / "old",))
    assert found == ["known", ""]
