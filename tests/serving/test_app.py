import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from leafout.serving.app import ROUTES
from leafout.serving.service import Service
from serving.fakes import ask, runner, service_of

TOKEN = "a-token-of-32-characters-or-more"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with service_of(tmp_path) as made:
        yield made


def test_chinese_and_english_are_classified(service: Service) -> None:
    answer = ask(service, "POST", "/v1/classify", json={"texts": ["good 好 very good", "很差"]})
    assert answer.status_code == 200
    assert [each["label"] for each in answer.json()["answers"]] == ["good", "差"]
    assert answer.json()["id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_but_the_public_ones_wants_the_token(service: Service, path: str) -> None:
    method = ROUTES[path].method
    for headers in ({}, {"authorization": "Bearer wrong-token-wrong-token"}, {"authorization": f"Basic {TOKEN}"}):
        answer = ask(service, method, path, token=TOKEN, headers=headers)
        if ROUTES[path].public:
            assert answer.status_code == 200
        else:
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert TOKEN not in answer.text
    right = ask(service, method, path, token=TOKEN, headers={"authorization": f"Bearer {TOKEN}"})
    assert right.status_code != 401


def test_only_health_is_public() -> None:
    assert {path for path, route in ROUTES.items() if route.public} == {"/healthz", "/readyz"}


def test_a_web_page_cannot_reach_the_service_under_a_name_of_its_own(service: Service) -> None:
    answer = ask(service, "GET", "/v1/models", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "evil.example" in answer.json()["error"]["message"]


def test_an_unknown_path_names_those_there_are(service: Service) -> None:
    answer = ask(service, "GET", "/v1/clasify")
    assert answer.status_code == 404
    assert "/v1/classify" in answer.json()["error"]["hint"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FROBNICATE"])
def test_a_wrong_method_is_told_the_right_one(service: Service, method: str) -> None:
    answer = ask(service, method, "/v1/classify")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_head_has_the_headers_and_no_body(service: Service) -> None:
    answer = ask(service, "HEAD", "/v1/models")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 100


def test_models_say_what_serves_and_that_nobody_examined_it(service: Service) -> None:
    models = {each["id"]: each for each in ask(service, "GET", "/v1/models").json()["data"]}
    assert models["stars"]["task"] == "classify"
    assert models["stars"]["labels"] == ["差", "good"]
    assert models["gpt"]["endpoint"] == "/v1/completions"
    assert models["stars"]["examined"] is False


def test_an_error_of_ours_tells_nothing_of_the_inside(service: Service) -> None:
    runner(service, "stars").fails_on = "boom"
    answer = ask(service, "POST", "/v1/classify", json={"text": "boom"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["error"]["hint"]
    assert ask(service, "POST", "/v1/classify", json={"text": "还好"}).status_code == 200


def test_while_it_drains_work_is_refused_and_health_is_not(service: Service) -> None:
    service.draining = True
    refused = ask(service, "POST", "/v1/classify", json={"text": "好"})
    assert refused.status_code == 503
    assert refused.json()["error"]["type"] == "draining"
    assert refused.headers["connection"] == "close"
    assert ask(service, "GET", "/healthz").status_code == 200
    assert ask(service, "GET", "/readyz").status_code == 503


def test_health_fails_when_nothing_runs_a_model(service: Service) -> None:
    service.slots["stars"].loaded.batcher.close(seconds=5)
    answer = ask(service, "GET", "/healthz")
    assert answer.status_code == 503
    assert "`stars`" in answer.json()["error"]["message"]


def test_metrics_count_requests_under_few_labels(service: Service) -> None:
    ask(service, "POST", "/v1/classify", json={"text": "好"})
    for number in range(50):
        ask(service, "GET", f"/nothing/{number}")
        ask(service, "POST", "/v1/classify", json={"text": "好", "model": f"m{number}"})
    page = ask(service, "GET", "/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    counts = [line for line in page.text.splitlines() if line.startswith("leafout_requests_total")]
    assert 'leafout_requests_total{endpoint="/v1/classify",slot="stars",status="2xx"} 1.0' in counts
    assert 'leafout_requests_total{endpoint="",slot="",status="4xx"} 50.0' in counts
    assert len(counts) == 3


def test_a_scope_that_is_no_http_is_refused(service: Service) -> None:
    import asyncio

    from leafout.serving.app import make_app

    async def nothing(*_: object) -> dict[str, object]:
        return {}

    with pytest.raises(RuntimeError, match="websocket"):
        asyncio.run(make_app(service, None)({"type": "websocket"}, nothing, nothing))  # type: ignore[arg-type]


def test_errors_have_one_shape(service: Service) -> None:
    body = ask(service, "POST", "/v1/classify", content=b"[]", headers={"content-type": "application/json"}).content
    assert set(json.loads(body)["error"]) == {"message", "type", "hint"}
