import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_models
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter, table_of
from leafout.evaluation.exam_causal import (
    Costs,
    Documents,
    exam_documents,
    examine_generator,
    generator_figures,
    read,
    samples_of,
)
from leafout.inference.load import Completion
from leafout.inference.release import Release, read_release

CHINESE, ENGLISH = (
    "今天天气很好，我们去公园散步，看见许多花。",
    "The weather was fine and we walked in the park for hours. ",
)


class Uniform:
    """Guesses every byte alike."""

    def __init__(self, folder: Path, *, nats_each: float = math.log(256)) -> None:
        tiny_models.write_gpt(folder)
        self.release: Release = read_release(folder)
        self._nats_each = nats_each
        self.asked: list[str] = []

    def losses(self, text: str) -> NDArray[np.float64]:
        return np.full(len(text.encode()), self._nats_each)

    def generate(self, prompts: Sequence[str], **knobs: Any) -> list[Completion]:
        self.asked = list(prompts)
        return [Completion(f"{prompt[:2]}…", 1, 1, "length") for prompt in prompts]


class Stopping(QuietRun):
    def should_stop(self) -> bool:
        return True


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    for part, count in (("train", 30), ("val", 4), ("test", 8)):
        with DocumentWriter(tmp_path / "rows" / part) as writer:
            for number in range(count):
                text = (CHINESE, ENGLISH)[number % 2] * (1 + number % 3)
                writer.write(Document(text, id=f"{part}{number}", source="text/a.txt", line=number))
    return tmp_path / "rows"


def documents_of(rows: Path, **values: Any) -> Documents:
    from leafout.corpus.documents import read_table

    return exam_documents(read_table(rows / "test"), **{"max_rows": 0, "seed": 0, **values})


def test_a_uniform_guess_costs_eight_bits_a_byte_and_loses_to_ngrams(tmp_path: Path, rows: Path) -> None:
    costs = read(Uniform(tmp_path / "gpt"), documents_of(rows), run=QuietRun())
    exam = examine_generator(costs, rows, floor_chars=10_000, samples=100, run=QuietRun())
    found = generator_figures(exam)
    assert found["bits_per_byte"] == pytest.approx(8.0, abs=1e-6)
    assert found["perplexity"] == pytest.approx(256, rel=1e-4)
    assert found["loss"] == pytest.approx(math.log(256), abs=1e-6)
    assert found["floor_bits_per_byte"] < 2
    assert found["gain_over_floor"] == pytest.approx(found["floor_bits_per_byte"] - 8, abs=1e-5)
    assert exam["gain_over_floor"]["high"] < 0
    assert exam["num_bytes"] == sum(len(text.encode()) for text in documents_of(rows).texts)


def test_a_model_that_knows_the_text_gains_over_ngrams(tmp_path: Path, rows: Path) -> None:
    costs = read(Uniform(tmp_path / "gpt", nats_each=0.01), documents_of(rows), run=QuietRun())
    exam = examine_generator(costs, rows, floor_chars=10_000, samples=100, run=QuietRun())
    assert exam["gain_over_floor"]["low"] > 0


def test_the_floor_can_be_left_out_or_have_nothing_to_count(tmp_path: Path, rows: Path) -> None:
    costs = read(Uniform(tmp_path / "gpt"), documents_of(rows), run=QuietRun())
    assert "floor" not in examine_generator(costs, rows, floor_chars=0, samples=100, run=QuietRun())
    nowhere = examine_generator(costs, tmp_path / "nowhere", floor_chars=99, samples=100, run=QuietRun())
    assert "floor" not in generator_figures(nowhere) | nowhere


def test_the_floor_counts_no_more_characters_than_asked(tmp_path: Path, rows: Path) -> None:
    costs = read(Uniform(tmp_path / "gpt"), documents_of(rows), run=QuietRun())
    floor = examine_generator(costs, rows, floor_chars=500, samples=100, run=QuietRun())["floor"]
    assert 0 < floor["num_train_chars"] <= 500 < floor["num_chars_read"]


def test_documents_without_text_are_left_out() -> None:
    table = table_of([Document("", id="a"), Document("书", id="b")])
    assert exam_documents(table, max_rows=0, seed=0).ids == ["b"]
    with pytest.raises(LeafoutError, match="no test document has a text"):
        exam_documents(table_of([Document("", id="a")]), max_rows=0, seed=0)


def test_fewer_documents_are_drawn_when_asked(rows: Path) -> None:
    assert len(documents_of(rows, max_rows=3).ids) == 3


def test_a_cost_that_is_not_a_number_is_refused(tmp_path: Path, rows: Path) -> None:
    with pytest.raises(LeafoutError, match="NaN or infinity"):
        read(Uniform(tmp_path / "gpt", nats_each=math.nan), documents_of(rows), run=QuietRun())


def test_reading_stops_when_asked(tmp_path: Path, rows: Path) -> None:
    with pytest.raises(Stopped):
        read(Uniform(tmp_path / "gpt"), documents_of(rows), run=Stopping())


def test_the_dearest_documents_are_told_by_bits_for_each_byte() -> None:
    texts = ["短", CHINESE, ENGLISH, ENGLISH * 2]
    given = Documents(
        ids=["a", "b", "c", "d"],
        texts=texts,
        sources=["x"] * 4,
        lines=[1, 2, 3, None],
        bytes_D=np.array([len(text.encode()) for text in texts]),
    )
    costs = Costs(given, np.array([50.0, 100.0, 300.0, 150.0]), np.array([1, 9, 9, 9]), 1.0)
    dearest = costs.dearest(2)
    assert [one["id"] for one in dearest] == ["c", "b"]
    assert dearest[0]["bits_per_byte"] == pytest.approx(300 / math.log(2) / len(ENGLISH.encode()), abs=1e-6)
    assert len(costs.dearest(99)) == 3


def test_it_goes_on_from_beginnings_in_both_languages(tmp_path: Path, rows: Path) -> None:
    generator = Uniform(tmp_path / "gpt")
    written = samples_of(generator, documents_of(rows), seed=0)
    assert any(prompt.startswith("今天") for prompt in generator.asked)
    assert any(prompt.startswith("The") for prompt in generator.asked)
    assert [one["prompt"] for one in written] == generator.asked


def test_short_documents_are_gone_on_from_as_well(tmp_path: Path) -> None:
    given = exam_documents(table_of([Document("书", id="a")]), max_rows=0, seed=0)
    assert samples_of(Uniform(tmp_path / "gpt"), given, seed=0)[0]["prompt"] == "书"
