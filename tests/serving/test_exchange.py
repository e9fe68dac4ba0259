import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from leafout.serving.exchange import DisconnectedError, Exchange
from leafout.serving.limits import Limits
from leafout.serving.problems import Problem
from leafout.serving.protocol import ABORT

LIMITS = Limits(body_bytes=1024, body_seconds=0.05, send_seconds=0.05)
JSON = (b"content-type", b"application/json")


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


class Wire:
    """The two ends of an exchange: what comes in, what went out."""

    def __init__(
        self, coming: Sequence[dict[str, Any]] = (), *, headers: Sequence[tuple[bytes, bytes]] = (JSON,), **more: Any
    ) -> None:
        self.coming, self.cuts = list(coming), 0
        self.sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "headers": list(headers),
            "extensions": {ABORT: self.cut},
        }
        self.exchange = Exchange(scope, self.receive, self.send, LIMITS, **more)
        self.stuck = False

    async def receive(self) -> dict[str, Any]:
        if not self.coming:
            await asyncio.sleep(60)
        return self.coming.pop(0)

    async def send(self, message: Any) -> None:
        if self.stuck:
            await asyncio.sleep(60)
        self.sent.append(message)

    def cut(self) -> None:
        self.cuts += 1

    def run(self, body: Callable[[Exchange], Awaitable[Any]]) -> Any:
        async def ran() -> Any:
            return await body(self.exchange)

        return asyncio.run(ran())

    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


def test_a_body_in_pieces_is_joined() -> None:
    wire = Wire([piece(b'{"text":', more=True), piece('"你好"}'.encode())])
    assert wire.run(Exchange.read_json_body) == '{"text":"你好"}'.encode()


@pytest.mark.parametrize(
    ("coming", "headers", "status"),
    [
        ([], [], 415),
        ([], [(b"content-type", b"text/plain")], 415),
        ([], [JSON, (b"content-encoding", b"gzip")], 415),
        ([], [JSON, (b"content-length", b"1025")], 413),
        ([], [JSON, (b"content-length", b"9" * 400)], 413),
        ([], [JSON, (b"content-length", b"5"), (b"transfer-encoding", b"chunked")], 400),
        ([piece(b"a" * 600, more=True), piece(b"a" * 600, more=True)], [JSON], 413),
        ([piece(b"a", more=True)], [JSON], 408),
    ],
)
def test_a_body_that_is_not_taken_has_its_status(coming: Any, headers: Any, status: int) -> None:
    with pytest.raises(Problem) as caught:
        Wire(coming, headers=headers).run(Exchange.read_json_body)
    assert caught.value.status == status


def test_a_client_that_leaves_in_its_body_is_noticed() -> None:
    with pytest.raises(DisconnectedError):
        Wire([piece(b"a", more=True), {"type": "http.disconnect"}]).run(Exchange.read_json_body)


def test_an_answer_carries_its_length_and_id() -> None:
    wire = Wire()
    wire.run(lambda exchange: exchange.answer(200, b"{}"))
    assert wire.headers()[b"content-length"] == b"2"
    assert wire.headers()[b"x-request-id"] == wire.exchange.id.encode()
    assert b"connection" not in wire.headers()
    assert [each["more_body"] for each in wire.sent[1:]] == [False]


def test_an_unread_body_closes_the_connection_after_the_answer() -> None:
    wire = Wire([piece(b"a" * 100)], headers=[JSON, (b"content-length", b"100")])
    wire.run(lambda exchange: exchange.answer(413, b"{}"))
    assert wire.headers()[b"connection"] == b"close"
    assert [each["body"] for each in wire.sent[1:]] == [b"{}", b""]
    assert not wire.coming


def test_the_last_answer_of_a_connection_says_so() -> None:
    wire = Wire(is_last=lambda: True)
    wire.run(lambda exchange: exchange.answer(200, b"{}"))
    assert wire.headers()[b"connection"] == b"close"


def test_headers_cannot_break_a_line() -> None:
    wire = Wire()
    wire.run(lambda exchange: exchange.answer(200, b"", headers={"x": "名"}))
    assert wire.headers()[b"x"] == b"?"


def test_a_client_that_takes_nothing_is_cut_off() -> None:
    wire = Wire()
    wire.stuck = True
    with pytest.raises(DisconnectedError):
        wire.run(lambda exchange: exchange.answer(200, b"{}"))
    assert wire.cuts == 1


def test_until_disconnect_returns_then() -> None:
    wire = Wire([piece(b""), {"type": "http.disconnect"}])
    wire.run(Exchange.until_disconnect)
    assert not wire.coming
