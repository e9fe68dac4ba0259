"""What goes wrong in a request, and the one JSON shape that says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

TYPES: Mapping[int, str] = {
    400: "invalid_request",
    401: "unauthorised",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
    415: "unsupported_media_type",
    422: "too_long",
    500: "internal",
    503: "unavailable",
}
"""The `type` of an error where its place gives it no narrower one."""


@dataclass
class Problem(Exception):
    """Ends a request with an error.

    Attributes:
        status: the HTTP status, 4xx or 5xx.
        message: one sentence, lower case, no full stop, names in backticks, both numbers.
        hint: what to do about it.
        type: one word for programs; that of the status when empty.
        headers: more headers of the answer.
    """

    status: int
    message: str
    hint: str
    type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The JSON that the client gets."""
        return error_body(self.message, self.type or TYPES[self.status], self.hint)


def error_body(message: str, kind: str, hint: str) -> bytes:
    """`{"error": {"message", "type", "hint"}}`."""
    return msgspec.json.encode({"error": {"message": message, "type": kind, "hint": hint}})


def overloaded(message: str, *, kind: str = "overloaded", retry_seconds: int = 1) -> Problem:
    """503: come again."""
    hint = f"try again after {retry_seconds} s"
    return Problem(503, message, hint, kind, {"retry-after": str(retry_seconds)})
