import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from leafout.serving.chosen import chosen
from leafout.serving.loaded import Runner
from leafout.serving.releases import promote, registry_file, rollback
from leafout.serving.server import open_service
from leafout.serving.service import Service
from serving.fakes import examine, live, opening_of, runner_of, wait_until, write_fake

LOAD_SECONDS = 0.4


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def release(store: Path, name: str, *, shift: float = 0.0, passed: bool = True) -> Path:
    made = write_fake(store / "artifacts" / name, shift=shift)
    examine(store, made, passed=passed)
    return made


def slow_load(folder: Path, _: int | None) -> Runner:
    """Loading takes its time; a rollback must not."""
    time.sleep(LOAD_SECONDS)
    if (folder / "odd").exists():
        raise RuntimeError("the runtime does not like it")
    return runner_of(folder)


@pytest.fixture
def service(store: Path) -> Iterator[Service]:
    promote(store, "s", release(store, "one"))
    promote(store, "s", release(store, "two", shift=5.0))
    made = open_service(opening_of(store, load=slow_load), chosen(store, ["s"]))
    made.start()
    yield made
    made.close(seconds=5)


def label(service: Service) -> str:
    loaded = service.slots["s"].loaded
    return Path(str(loaded.release.path)).name


def test_a_rollback_answers_within_a_second_and_loses_no_request(store: Path, service: Service) -> None:
    wait_until(lambda: service.slots["s"].standby)
    with live(service) as server, httpx.Client(base_url=server.url) as client:

        def answer() -> str:
            found = client.post("/v1/classify", json={"text": "很差"})
            assert found.status_code == 200
            return str(found.json()["answers"][0]["label"])

        assert answer() == "good"
        rollback(store, "s", reason="它错了")
        began = time.monotonic()
        while answer() == "good":
            assert time.monotonic() - began < 5
        assert time.monotonic() - began < 1
        assert 'leafout_swaps_total{slot="s"} 1.0' in client.get("/metrics").text
    assert label(service) == "one"


def test_a_promotion_is_taken_and_the_former_one_stands_by(store: Path, service: Service) -> None:
    promote(store, "s", release(store, "three"))
    wait_until(lambda: label(service) == "three")
    standby = service.slots["s"].standby
    assert standby is not None
    assert standby.release.path.name == "two"


def test_a_promoted_release_that_failed_its_exam_is_not_taken(store: Path, service: Service) -> None:
    bad = release(store, "bad", passed=False)
    promote(store, "s", bad, unexamined=True)
    wait_until(lambda: service.slots["s"].refused)
    assert "failed its exam" in str(service.models()[0]["refused"])
    assert label(service) == "two"
    assert 'leafout_swap_refusals_total{slot="s"} 1.0' in service.metrics.text().decode()
    rollback(store, "s")
    wait_until(lambda: not service.slots["s"].refused)


@pytest.mark.parametrize("fault", ["damaged", "gone", "odd"])
def test_whatever_is_wrong_with_the_registry_the_present_release_serves_on(
    store: Path, service: Service, fault: str
) -> None:
    if fault == "damaged":
        registry_file(store, "s").write_text("{", encoding="utf-8")
        wait_until(lambda: service.slots["s"].refused)
    elif fault == "gone":
        registry_file(store, "s").unlink()
        time.sleep(0.5)
    else:
        odd = write_fake(store / "artifacts" / "odd")
        (odd / "odd").touch()
        examine(store, odd)
        promote(store, "s", odd)
        wait_until(lambda: service.slots["s"].refused == "RuntimeError while loading")
    assert label(service) == "two"
    assert service.watcher is not None
    assert service.watcher.is_alive()
    if fault == "odd":
        promote(store, "s", release(store, "three"))
        wait_until(lambda: label(service) == "three")


def test_without_standby_only_one_release_is_in_memory(store: Path) -> None:
    promote(store, "s", release(store, "one"))
    promote(store, "s", release(store, "two", shift=5.0))
    made = open_service(opening_of(store), chosen(store), standby=False)
    made.start()
    time.sleep(0.5)
    assert made.slots["s"].standby is None
    rollback(store, "s")
    wait_until(lambda: label(made) == "one")
    assert made.slots["s"].standby is None
    assert made.close(seconds=5)
