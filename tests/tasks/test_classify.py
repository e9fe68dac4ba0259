import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leafout.core.errors import LeafoutError
from leafout.tasks.classify import Classify, read_task, softmax, task_of, write_task

TASK = Classify(labels=("好", "bad", "neutral"), max_tokens=64)
GOOD: dict[str, Any] = {"task": "classify", "labels": ["a", "b"], "max_tokens": 8, "pair": False}


def test_a_task_reads_back_as_it_was_written(tmp_path: Path) -> None:
    task = Classify(labels=("差评", "good"), max_tokens=128, pair=True)
    write_task(task, tmp_path)
    assert read_task(tmp_path) == task


def test_an_answer_names_the_likeliest_label_and_its_probability() -> None:
    answers = TASK.decode(np.array([[0.0, 2.0, 0.0], [5.0, 0.0, 0.0]], np.float32))
    assert [answer.label for answer in answers] == ["bad", "好"]
    assert answers[0].confidence == pytest.approx(np.exp(2) / (np.exp(2) + 2))
    assert sum(answers[1].probabilities) == pytest.approx(1)


def test_huge_logits_do_not_overflow() -> None:
    assert softmax(np.array([[1e30, -1e30]], np.float32)).tolist() == [[1.0, 0.0]]


def test_a_label_that_is_not_known_has_no_index() -> None:
    assert TASK.indices(["bad", "好", "ugly"]).tolist() == [1, 0, -1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"task": "regress"},
        {"labels": ["a"]},
        {"labels": ["a", "a"]},
        {"labels": ["a", 1]},
        {"labels": ["a", ""]},
        {"labels": "ab"},
        {"max_tokens": 0},
        {"max_tokens": 10**12},
        {"max_tokens": True},
        {"max_tokens": 1.5},
        {"pair": "yes"},
    ],
)
def test_a_wrong_task_file_is_refused_with_its_place(wrong: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError) as caught:
        task_of({**GOOD, **wrong}, where="model/task.json")
    assert caught.value.where == "model/task.json"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 200_000, '"classify"'])
def test_a_damaged_task_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "task.json").write_text(text)
    with pytest.raises(LeafoutError):
        read_task(tmp_path)


def test_a_model_without_a_task_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match=r"no `task\.json`") as caught:
        read_task(tmp_path)
    assert "finetune" in caught.value.hint


def test_the_task_file_is_plain_json(tmp_path: Path) -> None:
    write_task(TASK, tmp_path)
    values = json.loads((tmp_path / "task.json").read_text())
    assert values == {"task": "classify", "labels": ["好", "bad", "neutral"], "max_tokens": 64, "pair": False}
