from collections.abc import Iterator
from pathlib import Path

import pytest

from leafout.serving.problems import Problem
from leafout.serving.service import Service
from serving.fakes import Runners, service_of


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    runners: Runners = {
        "评论": {"task": "classify"},
        "b": {"task": "classify", "pair": True},
        "gpt": {"task": "generate"},
    }
    with service_of(tmp_path, runners) as made:
        yield made


def test_a_slot_is_found_by_name_or_by_being_the_only_one(service: Service) -> None:
    assert service.slot("评论", "classify").name == "评论"
    assert service.slot(None, "generate").name == "gpt"


@pytest.mark.parametrize(
    ("name", "task", "status", "hint"),
    [
        (None, "classify", 400, "models: `评论`, `b`"),
        ("x" * 500, "classify", 404, "models: `评论`, `b`, `gpt`"),
        ("gpt", "classify", 400, "ask it at /v1/completions, or use `评论`, `b`"),
    ],
)
def test_a_slot_that_does_not_fit_names_those_that_do(
    service: Service, name: str, task: str, status: int, hint: str
) -> None:
    with pytest.raises(Problem) as caught:
        service.slot(name, task)  # type: ignore[arg-type]
    assert (caught.value.status, caught.value.hint) == (status, hint)
    assert len(caught.value.message) < 200


def test_a_service_without_such_a_model_says_so(tmp_path: Path) -> None:
    with service_of(tmp_path, {"a": {"task": "classify"}}) as service, pytest.raises(Problem) as caught:
        service.slot(None, "generate")
    assert caught.value.status == 404


def test_models_show_tasks_pairs_and_where_to_ask(service: Service) -> None:
    shown = {each["id"]: each for each in service.models()}
    assert shown["评论"]["endpoint"] == "/v1/classify"
    assert shown["b"]["pair"] is True
    assert (shown["gpt"]["task"], shown["gpt"]["labels"]) == ("generate", [])
    assert {each["examined"] for each in shown.values()} == {False}


def test_accepted_requests_are_counted_also_when_they_fail(service: Service) -> None:
    with pytest.raises(KeyError), service.accepted():
        assert service.active == 1
        raise KeyError
    assert service.active == 0


def test_a_closed_service_is_dead_and_says_that_all_was_finished(service: Service) -> None:
    assert service.dead_slots() == []
    assert service.close(seconds=5)
    assert service.draining
    assert service.dead_slots() == ["评论", "b", "gpt"]
