from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leafout.serving.limits import Limits
from leafout.serving.log_writer import LogWriter
from leafout.serving.service import Service
from serving.fakes import Runners, ask, runner, service_of


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    runners: Runners = {"stars": {"task": "classify"}, "same": {"task": "classify", "pair": True}}
    with service_of(tmp_path, runners, limits=Limits(answer_seconds=0.3, queue_texts=5)) as made:
        yield made


def answers(service: Service, **body: Any) -> list[dict[str, Any]]:
    found = ask(service, "POST", "/v1/classify", json=body)
    assert found.status_code == 200, found.text
    return list(found.json()["answers"])


def error(service: Service, status: int, **body: Any) -> str:
    found = ask(service, "POST", "/v1/classify", json=body)
    assert found.status_code == status, found.text
    return str(found.json()["error"]["message"])


def test_probabilities_are_sorted_and_an_unsure_answer_abstains(service: Service) -> None:
    sure, unsure = answers(service, model="stars", texts=["good good good 好 好", "not good"])
    assert list(sure["probabilities"]) == ["good", "差"]
    assert sum(sure["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert sure["confidence"] == sure["probabilities"]["good"]
    assert (sure["abstained"], unsure["abstained"]) == (False, True)


def test_only_so_many_labels_are_shown_as_wished(service: Service) -> None:
    assert list(answers(service, model="stars", text="好", top=1)[0]["probabilities"]) == ["good"]


def test_pairs_are_read_together(service: Service) -> None:
    found = answers(service, model="same", texts=["a", "b"], texts_b=["好好", "c"])
    assert [each["label"] for each in found] == ["good", "差"]
    assert error(service, 400, model="same", text="a") == "`text_b` is missing"


def test_with_two_models_one_must_be_named(service: Service) -> None:
    assert error(service, 400, text="好") == "`model` is missing"


def test_an_answer_that_takes_too_long_is_503(service: Service) -> None:
    runner(service, "stars").seconds = 0.6
    assert error(service, 503, model="stars", text="好") == "no answer within 0.3 s"


def test_a_swap_at_the_very_moment_loses_no_request(tmp_path: Path, service: Service) -> None:
    other = service.slots["same"].loaded
    slot = service.slots["stars"]
    old = slot.loaded
    old.batcher.close(seconds=5)

    class Swapping:
        """A slot whose release is replaced between the look and the submit."""

        name = "stars"
        looks = 0

        @property
        def loaded(self) -> Any:
            self.looks += 1
            return old if self.looks < 3 else fresh

    from leafout.serving.chosen import Chosen
    from leafout.serving.server import open_service
    from serving.fakes import opening_of, write_fake

    made = open_service(opening_of(tmp_path / "s", unexamined=True), [Chosen("n", write_fake(tmp_path / "n"))])
    fresh = made.slots["n"].loaded
    service.slots["stars"] = Swapping()  # type: ignore[index]
    try:
        assert answers(service, model="stars", text="好")[0]["label"] == "good"
        assert (
            ask(service, "POST", "/v1/classify", json={"model": "stars", "text": "好"}).json()["release"] == fresh.key
        )
    finally:
        service.slots["stars"] = slot  # type: ignore[index]
        made.close()
    assert other.batcher.is_alive


def test_what_was_answered_is_logged(service: Service) -> None:
    class Kept:
        def __init__(self) -> None:
            self.entries: list[dict[str, Any]] = []

        def write(self, entry: dict[str, Any]) -> None:
            self.entries.append(entry)

        def close(self) -> None:
            pass

    kept = Kept()
    service.log = LogWriter({"stars": kept, "same": kept})
    found = ask(service, "POST", "/v1/classify", json={"model": "same", "text": "好", "text_b": "b"})
    ask(service, "POST", "/v1/classify", json={"model": "same", "text": "好"})
    assert service.log.close()
    service.log = None
    assert len(kept.entries) == 1
    entry = kept.entries[0]
    assert entry["id"] == found.headers["x-request-id"]
    assert (entry["texts"], entry["predicted"], entry["tokens"], entry["status"]) == (["好\tb"], ["good"], 2, 200)
    assert entry["release"] == service.slots["same"].loaded.key
