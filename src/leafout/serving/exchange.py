"""One HTTP request and its answer over plain ASGI: bounded reading, JSON and event streams out."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from leafout.serving.limits import Limits
from leafout.serving.problems import Problem
from leafout.serving.protocol import ABORT

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_RANDOM = random.Random()  # noqa: S311 - ids need not be secret, and a system call each time costs a wait for the GIL
_LINGER_BYTES = 4 << 20
_LINGER_SECONDS = 1.0


class DisconnectedError(Exception):
    """The client went away."""


class Exchange:
    """A request, read piece by piece, and its answer.

    Attributes:
        id: random, 24 hexadecimal digits; the client gets it as `x-request-id`, the request log keeps it.
        method, path: of the request.
        headers: lower-case names; of a repeated one the last.
        status: of the answer; 0 before it starts.
        slot: the slot that answers, for the metrics; empty before that is known.

    Args:
        scope, receive, send: of ASGI.
        limits: of the service.
        is_last: whether the connection ends with this answer.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        limits: Limits,
        *,
        is_last: Callable[[], bool] = lambda: False,
    ) -> None:
        self._receive, self._send, self._limits, self._is_last = receive, send, limits, is_last
        self._abort: Callable[[], None] = scope.get("extensions", {}).get(ABORT, lambda: None)
        self.id = f"{_RANDOM.getrandbits(96):024x}"
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.status = 0
        self.slot = ""
        self._unread = self.headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in self.headers

    async def read_json_body(self) -> bytes:
        """The whole body of a request that says it is JSON.

        Raises:
            Problem: 415, 413 or 408; reading stops there.
            DisconnectedError: when the client goes away before its end.
        """
        kind = self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            said = f"`{kind.decode('latin-1')[:80]}`" if kind else "missing"
            raise Problem(415, f"the content type is {said}", "send the header `Content-Type: application/json`")
        if self.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Problem(415, "compressed bodies are not taken", "send the JSON as it is")
        declared = self.headers.get(b"content-length", b"")
        if declared and b"transfer-encoding" in self.headers:
            raise Problem(400, "the body has a length and is chunked", "send one of the two headers")
        if declared.isdigit() and int(declared[:20]) > self._limits.body_bytes:
            raise self._too_large(f"has {declared[:20].decode()} bytes")
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                return await self._read()
        except TimeoutError:
            message = f"the body did not arrive within {self._limits.body_seconds:g} s"
            raise Problem(408, message, "send it faster, or less of it") from None

    async def _read(self) -> bytes:
        pieces: list[bytes] = []
        num_bytes = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            pieces.append(message.get("body", b""))
            num_bytes += len(pieces[-1])
            if num_bytes > self._limits.body_bytes:
                raise self._too_large(f"goes on after {num_bytes} bytes")
            if not message.get("more_body", False):
                self._unread = False
                return b"".join(pieces)

    def _too_large(self, said: str) -> Problem:
        return Problem(413, f"the body {said}, the limit is {self._limits.body_bytes}", "send fewer or shorter texts")

    async def until_disconnect(self) -> None:
        """Return when the client has gone away."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def answer(
        self,
        status: int,
        body: bytes,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        close: bool = False,
    ) -> None:
        """Send a whole answer; when the request was not read to its end, the connection is closed after it."""
        more = dict(headers or {})
        closes = close or self._unread
        if closes:
            more["connection"] = "close"
        await self.start(status, content_type, more | {"content-length": str(len(body))})
        sent = b"" if self.method == "HEAD" else body
        await self.send_piece(sent, more=closes)
        if closes:
            await self._linger()
            await self.send_piece(b"", more=False)

    async def start(self, status: int, content_type: str, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
        self.status = status
        given = {"content-type": content_type, "x-request-id": self.id, **headers}
        if self._is_last():
            given["connection"] = "close"
        encoded = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in given.items()]
        await self._send_timely({"type": "http.response.start", "status": status, "headers": encoded})

    async def send_piece(self, body: bytes, *, more: bool) -> None:
        """Send a piece of the body.

        Raises:
            DisconnectedError: when the client does not take it in time.
        """
        await self._send_timely({"type": "http.response.body", "body": body, "more_body": more})

    async def _send_timely(self, message: Message) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await self._send(message)
        except (TimeoutError, OSError):
            self.cut()
            raise DisconnectedError from None

    def cut(self) -> None:
        """End the connection at once, whatever was not sent yet."""
        self._abort()

    async def _linger(self) -> None:
        """Read a little more before closing: one that still sends would lose the answer to a reset (RFC 9112 9.6)."""
        num_bytes = 0
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self._unread and num_bytes < _LINGER_BYTES:
                    message = await self._receive()
                    num_bytes += len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        return
        except TimeoutError:
            return
