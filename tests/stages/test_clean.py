import json
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document, DocumentWriter, read_documents, read_table
from leafout.stages.clean import CleanConfig, clean

LONG = "这本书的内容很充实，作者用平实的语言讲述了自己的经历，读完之后收获很大"


def run(tmp_path: Path, rows: list[Document], **config: object) -> tuple[dict[str, float], list[Document]]:
    with DocumentWriter(tmp_path / "in") as writer:
        for number, row in enumerate(rows):
            writer.write(Document(row.text, id=f"id{number}", label=row.label, text_b=row.text_b, group=row.group))
    (tmp_path / "out/notes").mkdir(parents=True, exist_ok=True)
    metrics = clean([tmp_path / "in"], out=tmp_path / "out", config=CleanConfig.read(config))
    return metrics, list(read_documents(tmp_path / "out"))


def test_each_dropped_document_is_kept_aside_with_its_reason(tmp_path: Path) -> None:
    rows = [Document(LONG), Document("短"), Document(LONG + "！"), Document("Это книга о лесе и листьях")]
    metrics, kept = run(tmp_path, rows, languages=["zh", "en"])
    assert [row.text for row in kept] == [LONG]
    dropped = read_table(tmp_path / "out/notes/dropped")
    reasons = dict(zip(dropped["id"].to_pylist(), dropped["reason"].to_pylist(), strict=True))
    assert reasons == {"id1": "too_short", "id2": "duplicate", "id3": "language_other"}
    assert metrics["kept_fraction"] == 0.25
    assert metrics["dropped_duplicate"] == 1


def test_the_best_of_near_duplicates_stays_and_the_cluster_is_listed(tmp_path: Path) -> None:
    rows = [Document(LONG), Document(LONG + "。推荐"), Document("Something else entirely, in English words.")]
    _, kept = run(tmp_path, rows)
    assert [row.id for row in kept] == ["id1", "id2"]
    cluster = json.loads((tmp_path / "out/notes/near_duplicates.jsonl").read_text())
    assert cluster == {"kept": "id1", "dropped": ["id0"]}
    assert len(run(tmp_path, rows, near_dedup=None)[1]) == 3


def test_near_duplicates_with_different_labels_both_stay(tmp_path: Path) -> None:
    _, kept = run(tmp_path, [Document(LONG, label="正"), Document(LONG + "。不推荐", label="负")])
    assert len(kept) == 2


def test_equal_texts_with_conflicting_labels_go_or_the_first_stays(tmp_path: Path) -> None:
    rows = [Document(LONG, label="正"), Document(LONG, label="负"), Document("Fine as it is, thank you.", label="正")]
    assert [row.id for row in run(tmp_path, rows)[1]] == ["id2"]
    assert [row.id for row in run(tmp_path, rows, conflicts="first")[1]] == ["id0", "id2"]


def test_a_labelled_row_wins_over_its_unlabelled_twin(tmp_path: Path) -> None:
    assert [row.id for row in run(tmp_path, [Document(LONG), Document(LONG, label="正")])[1]] == ["id1"]


def test_personal_data_is_masked_and_counted(tmp_path: Path) -> None:
    _, (row,) = run(tmp_path, [Document("请联系 a@b.com 或 13812345678")], mask_personal_data=True)
    assert row.text == "请联系 <EMAIL_1> 或 <PHONE_1>"
    edited = json.loads((tmp_path / "out/notes/funnel.json").read_text())["edited"]
    assert edited == {"masked_email": 1, "masked_phone": 1}


def test_other_columns_are_kept_and_the_language_is_told(tmp_path: Path) -> None:
    _, (row,) = run(tmp_path, [Document(LONG, label="正", text_b="第二", group="g")])
    assert (row.label, row.text_b, row.group, row.language) == ("正", "第二", "g", "zh")


def test_only_labelled_rows_by_choice(tmp_path: Path) -> None:
    assert len(run(tmp_path, [Document(LONG), Document("Labelled words here", label="x")], labelled=True)[1]) == 1


def test_nothing_left_is_an_error_with_the_reasons(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="nothing is left of 1 documents") as caught:
        run(tmp_path, [Document("短")])
    assert "too_short" in caught.value.hint
