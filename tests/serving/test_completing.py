import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from leafout.serving.limits import Limits
from leafout.serving.service import Service
from serving.fakes import ask, runner, service_of


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    runners = {"gpt": {"task": "generate"}}
    with service_of(tmp_path, runners, limits=Limits(answer_seconds=0.3)) as made:
        yield made


def complete(service: Service, **body: Any) -> httpx.Response:
    return ask(service, "POST", "/v1/completions", json={"prompt": "从前 once", **body})


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == "text/event-stream"
    lines = [line for line in answer.text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]


def test_a_completion_looks_as_openai_clients_expect(service: Service) -> None:
    found = complete(service, max_tokens=3).json()
    assert found["object"] == "text_completion"
    assert found["choices"] == [{"text": "0 1 2 ", "index": 0, "logprobs": None, "finish_reason": "length"}]
    assert found["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    assert found["model"] == "gpt"


def test_knobs_reach_the_model_and_have_defaults(service: Service) -> None:
    complete(service)
    complete(service, temperature=0, top_k=5, top_p=0.5, seed=7, stop=["。"], max_tokens=2)
    plain, given = runner(service, "gpt").calls[1:]  # the first was the warm-up
    assert (plain["max_new_tokens"], plain["temperature"], plain["top_k"], plain["top_p"]) == (16, 1.0, 0, 1.0)
    assert (given["temperature"], given["top_k"], given["top_p"], given["seed"], given["stop"]) == (
        0,
        5,
        0.5,
        7,
        ("。",),
    )


def test_a_stream_is_the_same_text_in_pieces(service: Service) -> None:
    found = events(complete(service, max_tokens=3, stream=True, stream_options={"include_usage": True}))
    assert "".join(each["choices"][0]["text"] for each in found[:-1]) == "0 1 2 "
    assert [each["choices"][0]["finish_reason"] for each in found[:-1]] == [None, None, None, "length"]
    assert found[-1]["choices"] == []
    assert found[-1]["usage"]["completion_tokens"] == 3
    assert len({each["id"] for each in found}) == 1


def test_several_prompts_are_several_choices(service: Service) -> None:
    found = complete(service, prompt=["a", "好"], max_tokens=2).json()
    assert [(each["index"], each["text"]) for each in found["choices"]] == [(0, "0 1 "), (1, "0 1 ")]
    pieces = events(complete(service, prompt=["a", "好"], max_tokens=2, stream=True))
    assert {each["choices"][0]["index"] for each in pieces} == {0, 1}


def test_a_model_that_fails_is_a_500_that_tells_nothing(service: Service) -> None:
    runner(service, "gpt").fails_after = 0
    for stream in (False, True):
        found = complete(service, stream=stream)
        assert found.status_code == 500
        assert "secret" not in found.text
        assert found.json()["error"]["message"] == "the model failed"


def test_a_model_that_fails_mid_stream_says_so_in_the_stream(service: Service) -> None:
    runner(service, "gpt").fails_after = 2
    found = events(complete(service, stream=True))
    assert [each["choices"][0]["text"] for each in found[:-1]] == ["0 ", "1 "]
    assert found[-1]["error"]["message"] == "the model failed"
    runner(service, "gpt").fails_after = 10**9
    assert complete(service).status_code == 200


def test_time_that_runs_out_ends_with_what_there_is(service: Service) -> None:
    runner(service, "gpt").seconds = 0.05
    choice = complete(service, max_tokens=60).json()["choices"][0]
    assert choice["finish_reason"] == "length"
    assert choice["text"].startswith("0 1 ")
    assert len(choice["text"].split()) < 20


def test_a_turn_that_never_comes_is_503(tmp_path: Path) -> None:
    with service_of(tmp_path, {"gpt": {"task": "generate"}}, limits=Limits(answer_seconds=1e-9)) as service:
        found = complete(service)
    assert found.status_code == 503
    assert found.json()["error"]["type"] == "timeout"
    assert found.headers["retry-after"] == "1"
