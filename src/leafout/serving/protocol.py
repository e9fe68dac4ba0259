"""HTTP/1.1 on a connection, with clocks: who sends headers too slowly, takes no answer or is one too many is let go."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from leafout.serving.limits import Limits
from leafout.serving.problems import Problem, overloaded

ABORT = "leafout.abort"
"""The ASGI extension under which an application finds what cuts its connection."""
MAX_HEADER_BYTES = 32 << 10
_REFUSAL_SECONDS = 1.0
_REASONS = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}


def protocol_for(limits: Limits) -> type[H11Protocol]:
    """The protocol of a service with such limits, as uvicorn takes it."""
    return type("LimitedProtocol", (GuardedProtocol,), {"limits": limits})


class GuardedProtocol(H11Protocol):
    """uvicorn's protocol with a limit on connections, a time for headers, and errors in JSON."""

    limits: ClassVar[Limits] = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or say that there are too many."""
        self._header_timer: asyncio.TimerHandle | None = None
        self._is_refused = False
        super().connection_made(JoinedWrites(transport, self.loop))  # type: ignore[arg-type]
        self.app = _with_abort(self.app, transport.abort)
        if len(self.connections) > self.limits.connections:
            self.connections.discard(self)
            self._refuse(overloaded(f"{self.limits.connections} connections are open, the limit"))
        else:
            self._watch_headers()

    def data_received(self, data: bytes) -> None:
        """Take bytes; those after a refusal are thrown away."""
        if self._is_refused:
            return
        super().data_received(data)
        self._watch_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or more headers than fit."""
        self._stop_timer()
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.response_started:
            self.transport.abort()
            return
        said = msg[:1].lower() + msg[1:].rstrip(".")
        hint = f"send HTTP/1.1 with at most {MAX_HEADER_BYTES} bytes of headers"
        self._refuse(Problem(400, said, hint))

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; cut it when its client does not take what was sent."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(self.limits.send_seconds, self.transport.abort)

    def _watch_headers(self) -> None:
        waits = self.conn.their_state is h11.IDLE and not self._is_refused and not self.transport.is_closing()
        if not waits:
            self._stop_timer()
        elif self._header_timer is None:
            self._header_timer = self.loop.call_later(self.limits.header_seconds, self._headers_late)

    def _headers_late(self) -> None:
        message = f"the headers did not arrive within {self.limits.header_seconds:g} s"
        self._refuse(Problem(408, message, "send the request at once"))

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _refuse(self, problem: Problem) -> None:
        """Answer past the state machine, then close; not at once, or the answer could be lost to a reset."""
        self._is_refused = True
        self._stop_timer()
        self._unset_keepalive_if_required()
        self.transport.write(_raw(problem))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_REFUSAL_SECONDS, self.transport.abort)

    def eof_received(self) -> None:
        """The client is done: so is a refusal."""
        if self._is_refused:
            self.transport.close()


class JoinedWrites:
    """A transport that sends in one call what is written in one step of the event loop: headers and body.

    Each call lets go of the GIL and, beside a busy model thread, waits to get it back: one less is a third more
    requests/s (benchmarks/serve_speed.py).
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep bytes until the end of the step."""
        if not self._pieces:
            self._loop.call_soon(self.flush)
        self._pieces.append(data)

    def flush(self) -> None:
        """Send what is kept."""
        data, self._pieces = b"".join(self._pieces), []
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Send what is kept, then close."""
        self.flush()
        self._transport.close()

    def write_eof(self) -> None:
        """Send what is kept, then end this side."""
        self.flush()
        self._transport.write_eof()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _with_abort(app: Any, abort: Callable[[], None]) -> Any:
    async def run(scope: Any, receive: Any, send: Any) -> None:
        scope["extensions"] = {ABORT: abort}
        await app(scope, receive, send)

    return run


def _raw(problem: Problem) -> bytes:
    body = problem.body()
    lines = [
        f"HTTP/1.1 {problem.status} {_REASONS[problem.status]}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
        *(f"{name}: {value}" for name, value in problem.headers.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
