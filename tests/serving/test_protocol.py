"""Clocks and limits over real sockets stand in `test_hostile.py`; here is what needs no server."""

import asyncio
import json
import socket
import time
from pathlib import Path

from leafout.serving.limits import Limits
from leafout.serving.problems import overloaded
from leafout.serving.protocol import GuardedProtocol, JoinedWrites, _raw, protocol_for
from serving.fakes import live, read_all, service_of


def test_each_service_has_limits_of_its_own() -> None:
    one, two = protocol_for(Limits(connections=1)), protocol_for(Limits(connections=2))
    assert issubclass(one, GuardedProtocol)
    assert issubclass(two, GuardedProtocol)
    assert (one.limits.connections, two.limits.connections) == (1, 2)


def test_a_refusal_is_whole_http() -> None:
    head, _, body = _raw(overloaded("连接太多")).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 503 Service Unavailable"
    assert b"content-length: %d" % len(body) in lines
    assert b"retry-after: 1" in lines
    assert json.loads(body)["error"]["message"] == "连接太多"


def test_an_idle_connection_is_closed_and_a_busy_one_kept(tmp_path: Path) -> None:
    limits = Limits(keep_alive_seconds=1)
    with (
        service_of(tmp_path, limits=limits) as service,
        live(service) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection,
    ):
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            found = b""
            while b'{"status":"ok"}' not in found:
                found += connection.recv(65536)
        began = time.monotonic()
        assert read_all(connection) == b""
        assert 0.5 < time.monotonic() - began < 4


def test_an_answer_that_nobody_takes_does_not_hold_the_connection(tmp_path: Path) -> None:
    limits = Limits(body_bytes=1 << 22, texts=20_000, queue_texts=20_000, send_seconds=0.2, keep_alive_seconds=1)
    with service_of(tmp_path, limits=limits) as service, live(service) as server:
        body = json.dumps({"texts": ["好"] * 20_000}).encode()
        head = b"POST /v1/classify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(head.replace(b"host: a", b"host: 127.0.0.1") % len(body) + body)
            ends = time.monotonic() + 8
            while not server.server.server_state.connections:
                time.sleep(0.01)
            while server.server.server_state.connections and time.monotonic() < ends:
                time.sleep(0.02)
            assert not server.server.server_state.connections


def test_what_is_written_in_one_step_is_sent_at_once_and_nothing_after_the_end() -> None:
    class Transport:
        def __init__(self) -> None:
            self.calls: list[object] = []
            self.is_over = False

        def write(self, data: bytes) -> None:
            self.calls.append(data)

        def close(self) -> None:
            self.calls.append("close")
            self.is_over = True

        def is_closing(self) -> bool:
            return self.is_over

    async def write(transport: Transport) -> None:
        joined = JoinedWrites(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        joined.write(b"head ")
        joined.write("正文".encode())
        assert transport.calls == []
        await asyncio.sleep(0)
        joined.write(b"more")
        joined.close()
        joined.write(b"late")
        await asyncio.sleep(0)

    transport = Transport()
    asyncio.run(write(transport))
    assert transport.calls == ["head 正文".encode(), b"more", "close"]
