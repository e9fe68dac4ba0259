import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import chain_store
import leafout.inference.load
import leafout.inference.release
from leafout.chain.answers import Reading, Sampling, answer_rows, check_out, own_columns, release_folder, rows, sources
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from leafout.corpus.documents import Document
from leafout.inference.load import Completion
from leafout.inference.release import Release
from leafout.tasks.classify import Answer


def release(task: str = "classify", *, pair: bool = False) -> Any:
    return Release(Path("r"), task, "onnx", "int8", ("差", "好"), 32, pair, {"好": 0.8}, (), "", "B")  # type: ignore[arg-type]


class Lengths:
    """Answers by the length of a text, and remembers how many it got at once."""

    def __init__(self, made: Any) -> None:
        self.release, self.groups = made, list[int]()

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        self.groups.append(len(texts))
        texts = texts if pairs is None else [a + b for a, b in zip(texts, pairs, strict=True)]
        return [Answer("好", 0.5 + len(text) % 5 / 10, (0.5, 0.5)) for text in texts]

    def generate(self, prompts: Sequence[str], **knobs: Any) -> list[Completion]:
        self.groups.append(len(prompts))
        return [Completion(f"{prompt}…{knobs['seed']}", 3, 2, "stop") for prompt in prompts]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_release(made: Any) -> Lengths:
        fake = Lengths(made)
        monkeypatch.setattr(leafout.inference.release, "read_release", lambda folder: made)
        monkeypatch.setattr(leafout.inference.load, "load_classifier", lambda folder, **_: fake)
        monkeypatch.setattr(leafout.inference.load, "load_generator", lambda folder, **_: fake)
        return fake

    return with_release


def test_order_columns_and_unreadable_rows_are_kept(tmp_path: Path, answer: Any) -> None:
    fake = answer(release())
    lines = [json.dumps({"review": f"第{n}条评论", "id": n, "predicted": "旧"}, ensure_ascii=False) for n in range(600)]
    lines[300] = "{not json"
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = list(answer_rows(rows(sources(["a.jsonl"], tmp_path), Reading()), Path("r"), probabilities=True))
    assert [one["line"] for one in found] == list(range(1, 601))
    assert found[300]["error"].startswith("not JSON")
    assert [one["id"] for one in found if "id" in one] == [n for n in range(600) if n != 300]
    assert found[0]["predicted_in"] == "旧"
    assert found[0]["predicted"] == "好"
    assert found[0]["probabilities"] == {"差": 0.5, "好": 0.5}
    assert max(fake.groups) <= 256


def test_an_unsure_answer_is_an_abstention(answer: Any) -> None:
    answer(release())
    found = list(answer_rows(iter([("a", Document("五个字的话")), ("a", Document("四个字的"))]), Path("r")))
    assert [(one["confidence"], one["abstained"]) for one in found] == [(0.5, True), (0.9, False)]


def test_rows_are_read_as_they_are_asked_for(answer: Any) -> None:
    answer(release())

    def endless() -> Iterator[tuple[str, Document]]:
        while True:
            yield "a", Document("好")

    found = answer_rows(endless(), Path("r"))
    assert [next(found)["predicted"] for _ in range(3)] == ["好"] * 3


def test_a_pair_without_its_second_text_is_named(answer: Any) -> None:
    answer(release(pair=True))
    good = ("q.csv", Document("一", text_b="二", line=2))
    assert next(answer_rows(iter([good]), Path("r")))["text_b"] == "二"
    with pytest.raises(LeafoutError, match="no second text") as caught:
        list(answer_rows(iter([good, ("q.csv", Document("一", line=3))]), Path("r")))
    assert caught.value.where == "q.csv:3"


def test_a_generator_continues_each_text(answer: Any) -> None:
    fake = answer(release("generate"))
    batch = [("p.txt", Document(f"今天{n}")) for n in range(20)]
    found = list(answer_rows(iter(batch), Path("r"), sampling=Sampling(seed=4)))
    assert found[7]["completion"] == "今天7…4"
    assert found[7]["finish_reason"] == "stop"
    assert max(fake.groups) <= 8


def test_a_row_keeps_what_it_brought_along() -> None:
    row = Document("好", line=2, label="pos", time="2026", tokens=("好",), extra={"stars": 5, "text": "kept out"})
    assert own_columns("a.csv", row) == {
        "source": "a.csv", "line": 2, "text": "好", "label": "pos", "time": "2026", "tokens": ["好"], "stars": 5,
    }  # fmt: skip


def test_formats_and_columns_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("body\tid\n很好\t1\n", encoding="utf-8")
    found = list(rows(sources([str(tmp_path / "a.txt")], tmp_path), Reading("tsv", (("text", "body"),))))
    assert [record.text for _, record in found if isinstance(record, Document)] == ["很好"]
    with pytest.raises(LeafoutError, match="unknown format `xml`"):
        list(rows({"a": tmp_path / "a.txt"}, Reading("xml")))


def test_the_answers_never_overwrite_their_input(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.touch()
    with pytest.raises(LeafoutError, match="would be written over"):
        check_out(tmp_path / "." / "a.jsonl", {"a.jsonl": path})
    with pytest.raises(LeafoutError, match="no folder"):
        check_out(tmp_path / "none" / "a.jsonl", {})
    check_out(tmp_path / "b.jsonl", {"a.jsonl": path})


def test_a_release_is_a_folder_or_a_name(tmp_path: Path) -> None:
    store = chain_store.shared()
    assert release_folder(Store(tmp_path), str(tmp_path)) == tmp_path
    assert release_folder(store, "sentiment").name.startswith("export-")
