"""What strangers send: each ends in a 4xx with a reason and a hint, never in a 500, and the service goes on."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from leafout.serving.limits import Limits
from serving.fakes import CLIENT, Live, Runners, live, read_all, runner, service_of, wait_until

LIMITS = Limits(
    body_bytes=100_000,
    texts=100,
    chars=5000,
    connections=40,
    header_seconds=0.4,
    body_seconds=0.4,
    send_seconds=0.5,
    keep_alive_seconds=1,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    runners: Runners = {"stars": {"task": "classify"}, "gpt": {"task": "generate", "seconds": 0.005}}
    with service_of(tmp_path_factory.mktemp("hostile"), runners, limits=LIMITS) as service, live(service) as running:
        yield running


HEAD = b"POST /v1/classify HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"


@pytest.fixture(autouse=True)
def goes_on(server: Live) -> Iterator[None]:
    yield
    wait_until(lambda: len(server.server.server_state.connections) < 30)
    answer = CLIENT.post(f"{server.url}/v1/classify", json={"text": "还好"})
    assert answer.json()["answers"][0]["label"] == "good"


def refused(answer: httpx.Response, status: int, *said: str) -> None:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["hint"]
    assert "Traceback" not in answer.text
    for each in said:
        assert each in error["message"] + error["hint"]


def post(server: Live, path: str, body: bytes, **headers: str) -> httpx.Response:
    return CLIENT.post(server.url + path, content=body, headers={"content-type": "application/json", **headers})


BODIES = {
    "nothing": (b"", "empty"),
    "no JSON": (b"{text: 1}", "not JSON"),
    "cut off": (b'{"text": "abc', "not JSON"),
    "two values": (b'{"text": "a"} {"text": "b"}', "not JSON"),
    "a list": (b"[]", "object"),
    "a text": ('"你好"'.encode(), "object"),
    "null": (b"null", "object"),
    "NaN": (b'{"text": NaN}', "not JSON"),
    "not UTF-8": (b'{"text": "\xff\xfe"}', "UTF-8"),
    "GBK": ('{"text": "你好"}'.encode("gb18030"), ""),
    "UTF-16": ('{"text": "你好"}'.encode("utf-16"), "not JSON"),
    "a lone surrogate": (b'{"text": "\\ud800"}', "not JSON"),
    "a field of bad bytes": (b'{"\xff": 1}', ""),
    "deep": (b'{"text": ' + b"[" * 40_000, ""),
    "deep in an unknown field": (b'{"x": ' + b'{"a":' * 15_000 + b"1" + b"}" * 15_001, ""),
    "an unknown field": (b'{"txt": "a"}', "did you mean `text`?"),
    "a field with line ends": (b'{"te\\r\\nxt": "a"}', "unknown field"),
    "a number as text": (b'{"text": 5}', "`text`"),
    "an object as text": (b'{"text": {"a": 1}}', "`text`"),
    "a number in texts": (b'{"texts": ["a", 5]}', "texts[1]"),
    "a text as texts": (b'{"texts": "a"}', "`texts`"),
    "no text": (b"{}", "`text` is missing"),
    "both": (b'{"text": "a", "texts": ["b"]}', "both"),
    "no texts": (b'{"texts": []}', "empty list"),
    "an empty text": (b'{"text": ""}', "empty"),
    "white space": ('{"texts": ["a", " \u3000\\n"]}'.encode(), "texts[1]"),
    "many texts": (json.dumps({"texts": ["a"] * 101}).encode(), "101 texts, the limit is 100"),
    "a pair for a single": (b'{"text": "a", "text_b": "b"}', "leave `text_b` out"),
    "pairs of other number": (b'{"texts": ["a"], "texts_b": ["b", "c"]}', "2"),
    "top 0": (b'{"text": "a", "top": 0}', "`top`"),
    "top huge": (b'{"text": "a", "top": 1' + b"0" * 5000 + b"}", "`top`"),
    "top as a fraction": (b'{"text": "a", "top": 1.5}', "`top`"),
    "truncate as text": (b'{"text": "a", "truncate": "no"}', "`truncate`"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_used_is_explained(server: Live, name: str) -> None:
    body, said = BODIES[name]
    refused(post(server, "/v1/classify", body), 400, said)


def test_a_text_too_long_names_both_numbers(server: Live) -> None:
    refused(post(server, "/v1/classify", json.dumps({"text": "好" * 5001}).encode()), 422, "5001", "5000")


def test_a_text_over_the_model_is_cut_or_refused_as_wished(server: Live) -> None:
    long = "good " * 50
    answer = post(server, "/v1/classify", json.dumps({"text": long}).encode())
    assert answer.json()["answers"][0]["truncated"] is True
    sharp = post(server, "/v1/classify", json.dumps({"text": long, "truncate": False}).encode())
    refused(sharp, 422, "more than 64 tokens")


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "max_tokens 1e9": ({"max_tokens": 10**9}, "`max_tokens` is 1000000000"),
    "max_tokens 0": ({"max_tokens": 0}, "`max_tokens`"),
    "max_tokens -1": ({"max_tokens": -1}, "`max_tokens`"),
    "max_tokens beyond 64 bits": ({"max_tokens": 10**400}, "`max_tokens`"),
    "max_tokens as a fraction": ({"max_tokens": 1.5}, "`max_tokens`"),
    "n 1e6": ({"n": 10**6}, "`n` is 1000000"),
    "n 0": ({"n": 0}, "`n`"),
    "n huge": ({"n": 10**100}, "`n`"),
    "best_of": ({"best_of": 5}, "`best_of`"),
    "temperature -1": ({"temperature": -1}, "`temperature` is -1"),
    "temperature 1e300": ({"temperature": 1e300}, "`temperature`"),
    "temperature as text": ({"temperature": "hot"}, "`temperature`"),
    "top_p 0": ({"top_p": 0}, "`top_p`"),
    "top_p 2": ({"top_p": 2}, "`top_p`"),
    "top_k -1": ({"top_k": -1}, "`top_k`"),
    "seed -1": ({"seed": -1}, "`seed`"),
    "seed beyond 64 bits": ({"seed": 2**70}, "`seed`"),
    "many stops": ({"stop": ["a"] * 5}, "`stop`"),
    "an empty stop": ({"stop": ""}, "`stop`"),
    "a long stop": ({"stop": "a" * 101}, "`stop`"),
    "echo": ({"echo": True}, "`echo`"),
    "logprobs": ({"logprobs": 5}, "`logprobs`"),
    "penalty": ({"presence_penalty": 1.5}, "`presence_penalty`"),
    "bias": ({"logit_bias": {"50256": -100}}, "`logit_bias`"),
    "tools": ({"tools": []}, "unknown field `tools`"),
    "an empty prompt": ({"prompt": ""}, "`prompt` is empty"),
    "no prompts": ({"prompt": []}, "`prompt` is an empty list"),
    "tokens as a prompt": ({"prompt": [1, 2, 3]}, "prompt"),
    "many prompts": ({"prompt": ["a"] * 101}, "101"),
    "stream as text": ({"stream": "yes"}, "`stream`"),
    "stream options": ({"stream_options": {"x": 1}}, "unknown field `x`"),
}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_completion_that_cannot_be_done_is_explained(server: Live, name: str, stream: bool) -> None:
    values, said = FIELDS[name]
    body = json.dumps({"prompt": "从前 once", "stream": stream, **values}).encode()
    refused(post(server, "/v1/completions", body), 400, said)


@pytest.mark.parametrize(
    "model", ["nobody", "", "../../etc/passwd", "..%2f..", "stars\r\nx: y", "a" * 5000, "\x00", "模型"]
)
def test_an_unknown_model_is_named_short(server: Live, model: str) -> None:
    answer = post(server, "/v1/classify", json.dumps({"text": "a", "model": model}).encode())
    refused(answer, 404, "models: `stars`, `gpt`")
    assert len(answer.text) < 600


def test_a_model_for_something_else_says_where_it_answers(server: Live) -> None:
    refused(post(server, "/v1/classify", b'{"text": "a", "model": "gpt"}'), 400, "/v1/completions")


def test_a_declared_body_over_the_limit_is_not_read(server: Live) -> None:
    head = (
        b"POST /v1/classify HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100001\r\n"
    )
    began = time.monotonic()
    answer = server.raw(head + b"expect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100001" in answer
    assert b"100 Continue" not in answer
    assert time.monotonic() - began < 2


def test_a_chunked_body_over_the_limit_ends_there(server: Live) -> None:
    def forever() -> Iterator[bytes]:
        for _ in range(400):
            yield b" " * 1000

    answer = CLIENT.post(
        f"{server.url}/v1/classify", content=forever(), headers={"content-type": "application/json"}, timeout=5
    )
    refused(answer, 413, "100000")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999999999", "5, 6", "+5", "0x10"])
def test_a_length_that_is_none_is_refused(server: Live, length: str) -> None:
    answer = server.raw(
        b"POST /v1/classify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: "
        + length.encode()
        + b"\r\n\r\n"
    )
    assert answer[:10] == b"HTTP/1.1 4"
    assert b'"hint"' in answer


def test_a_body_shorter_than_it_says_is_waited_for_only_so_long(server: Live) -> None:
    answer = server.raw(HEAD + b"content-length: 500\r\n\r\n" + b'{"text": "a"}')
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_body_longer_than_it_says_is_no_second_request(server: Live) -> None:
    head = HEAD + b"content-length: 13\r\n\r\n"
    answer = server.raw(head + b'{"text": "a"}{"text": "b"}\r\n\r\n')
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 200 ") == 1
    assert b"HTTP/1.1 400 " in answer


def test_a_body_with_a_length_and_chunks_is_refused(server: Live) -> None:
    answer = server.raw(
        b"POST /v1/classify HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_chunks_that_lie_are_refused(server: Live) -> None:
    head = (
        b"POST /v1/classify HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked"
    )
    answer = server.raw(head + b"\r\n\r\nzz\r\nabc\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_web_form_can_send_is_refused(server: Live, kind: str) -> None:
    refused(post(server, "/v1/classify", b'{"text": "a"}', **{"content-type": kind}), 415, "application/json")


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
def test_compressed_bodies_are_refused(server: Live, coding: str) -> None:
    refused(post(server, "/v1/classify", b"\x1f\x8b\x08", **{"content-encoding": coding}), 415, "compressed")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx: a\nb: \x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost : a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 300_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"x%d: y\r\n" % n for n in range(5000)) + b"\r\n",
    ],
)
def test_what_is_no_http_is_told_so_in_json(server: Live, request_line: bytes) -> None:
    answer = server.raw(request_line)
    assert answer.startswith(b"HTTP/1.1 400 ")
    error = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert "HTTP" in error["message"]
    assert error["hint"]


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/classify/../models", "//evil", "/%00"]
)
def test_odd_paths_lead_nowhere(server: Live, path: str) -> None:
    answer = server.raw(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")


def test_no_header_of_the_answer_comes_from_the_client(server: Live) -> None:
    answer = server.raw(
        b"GET /v1/%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        b"x-request-id: mine\r\nconnection: close\r\n\r\n"
    )
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"set-cookie" not in head
    assert b"mine" not in head


def test_slow_headers_are_not_waited_for(server: Live) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        began = time.monotonic()
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        try:
            for number in range(20):
                connection.sendall(b"x%d: y\r\n" % number)
                time.sleep(0.05)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 408 ") or not answer
    assert time.monotonic() - began < 3


def test_a_silent_connection_is_closed(server: Live) -> None:
    began = time.monotonic()
    assert server.raw(b"").startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 3


def test_blank_lines_do_not_keep_a_connection_open(server: Live) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        answer = b""
        try:
            while not answer and time.monotonic() - began < 4:
                connection.sendall(b"\r\n")
                connection.settimeout(0.1)
                try:
                    answer = connection.recv(65536)
                except TimeoutError:
                    continue
        except OSError:
            pass
    assert time.monotonic() - began < 3


def test_one_connection_too_many_is_told_so(server: Live) -> None:
    held = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(40)]
    wait_until(lambda: len(server.server.server_state.connections) >= 40)
    answer = server.raw(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
    for connection in held:
        connection.close()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1" in answer


def test_a_client_that_leaves_mid_stream_stops_the_generation(server: Live) -> None:
    generator = runner(server.server._service, "gpt")
    before = generator.wrote
    ask = {"prompt": "从前", "max_tokens": 64, "stream": True}
    with CLIENT.stream("POST", f"{server.url}/v1/completions", json=ask) as answer:
        assert answer.status_code == 200
        next(answer.iter_lines())
    wait_until(lambda: not server.server._service.active)
    time.sleep(0.05)
    wrote = generator.wrote
    assert before < wrote < before + 60
    time.sleep(0.05)
    assert generator.wrote == wrote


def test_a_client_that_leaves_before_its_answer_stops_the_generation(server: Live) -> None:
    generator = runner(server.server._service, "gpt")
    before = generator.wrote
    body = b'{"prompt": "once", "max_tokens": 64}'
    head = HEAD.replace(b"classify", b"completions") + b"content-length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head % len(body) + body)
        wait_until(lambda: generator.wrote > before)
    wait_until(lambda: not server.server._service.active)
    time.sleep(0.05)
    assert generator.wrote < before + 60
