import contextlib
import json
import random
from pathlib import Path
from unittest import mock

import pytest

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter, read_documents, read_table
from leafout.stages.clean import CleanConfig, clean
from payloads import payload_digest
from runs import Stopping

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
    assert reasons == {"id1": "too_short", "id2": "duplicate", "id3": "language_ru"}
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
    _, (row,) = run(tmp_path, [Document("请联系 a@b.com 或 13812345678")], personal_data={})
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


WORDS = "春 夏 秋 冬 山 水 风 月 花 鸟 spring summer autumn winter river mountain moon flower bird".split()  # noqa: SIM905 one line


def _corpus(count: int, seed: int = 5) -> list[Document]:
    """Documents of which some are equal, nearly equal, too short, or hold personal data."""
    draw = random.Random(seed)
    rows: list[Document] = []
    for number in range(count):
        words = [draw.choice(WORDS) for _ in range(draw.randint(3, 40))]
        if rows and draw.random() < 0.3:
            words = [*draw.choice(rows).text.split(), draw.choice(WORDS)][-40:]
        if draw.random() < 0.1:
            words.append("13812345678")
        rows.append(Document(" ".join(words), id=f"d{number}", source="s", label=draw.choice(["a", "b", None])))
    return rows


def _write(folder: Path, rows: list[Document], *, shard_bytes: int = 64 << 20) -> Path:
    with DocumentWriter(folder, shard_bytes=shard_bytes) as writer:
        for row in rows:
            writer.write(row)
    return folder


RULES = {"personal_data": {}, "quality": {"min_chars": 20}, "repeated_substrings": {"min_chars": 60}, "index": True}


def test_the_output_is_the_same_for_any_shards_parts_and_workers(tmp_path: Path) -> None:
    rows = _corpus(400)
    config = CleanConfig.read(RULES)
    with mock.patch.multiple("leafout.corpus.documents", _BATCH_ROWS=32):
        one = _write(tmp_path / "one", rows)
        many = [
            _write(tmp_path / "first", rows[:77], shard_bytes=1),
            _write(tmp_path / "rest", rows[77:], shard_bytes=1),
        ]
    digests, funnels, cards = set(), [], set()
    for number, (inputs, part_bytes, workers) in enumerate(
        [([one], 32 << 20, 1), (many, 1, 1), (many, 3000, 2), ([one], 1, 2)]
    ):
        out = tmp_path / f"out{number}"
        with mock.patch("leafout.corpus.parts.PART_BYTES", part_bytes):
            metrics = clean(inputs, out=out, config=config, run=QuietRun(workers=workers))
        digests.add(payload_digest(out))
        funnels.append(json.loads((out / "notes/funnel.json").read_text(encoding="utf-8")))
        cards.add((out / "notes/card.json").read_bytes())
        assert metrics["dropped_near_duplicate"] > 5
        assert not (out / "scratch").exists()
    assert len(digests) == len(cards) == 1
    assert all(funnel == funnels[0] for funnel in funnels)
    assert funnels[0]["read"] == 400 == funnels[0]["kept"] + sum(funnels[0]["dropped"].values())
    assert read_table(out / "notes/dropped").num_rows == sum(funnels[0]["dropped"].values())


def test_a_cleaning_that_was_stopped_anywhere_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    config = CleanConfig.read(RULES)
    with mock.patch.multiple("leafout.corpus.documents", _BATCH_ROWS=32):
        given = _write(tmp_path / "in", _corpus(120))

    with mock.patch("leafout.corpus.parts.PART_BYTES", 1):
        clean([given], out=tmp_path / "whole", config=config)
        stops = 0
        for looks in range(1, 100, 5):
            with contextlib.suppress(Stopped):
                clean([given], out=tmp_path / "out", config=config, run=Stopping(looks))
                break
            stops += 1
    assert stops > 1
    assert payload_digest(tmp_path / "out") == payload_digest(tmp_path / "whole")


def test_new_documents_are_cleaned_against_an_earlier_corpus(tmp_path: Path) -> None:
    rows = _corpus(200)
    first = _write(tmp_path / "first", rows[:150])
    clean([first], out=tmp_path / "old", config=CleanConfig.read({"index": True}))
    new = _write(tmp_path / "new", [*rows[100:], Document("An entirely new document with words of its own", id="new")])
    said: list[str] = []
    run = QuietRun()
    run.say = said.append  # type: ignore[assignment]  # listens
    metrics = clean([new], [tmp_path / "old"], out=tmp_path / "out", config=CleanConfig(), run=run)
    assert metrics["dropped_known"] >= 25
    assert any("are in an earlier corpus already: the earlier ones stay" in line for line in said)
    assert "new" in read_table(tmp_path / "out")["id"].to_pylist()


def test_an_earlier_corpus_without_an_index_is_refused(tmp_path: Path) -> None:
    given = _write(tmp_path / "in", _corpus(20))
    clean([given], out=tmp_path / "old", config=CleanConfig())
    with pytest.raises(LeafoutError, match="has no index"):
        clean([given], [tmp_path / "old"], out=tmp_path / "out", config=CleanConfig())
    with pytest.raises(LeafoutError, match="`index` needs `near_dedup`"):
        clean([given], out=tmp_path / "out", config=CleanConfig.read({"index": True, "near_dedup": None}))
