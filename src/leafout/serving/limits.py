"""What a service takes in before it says no."""

from pydantic import Field

from leafout.core.config import Config


class Limits(Config):
    """Bounds on what clients may send and how long they may take."""

    body_bytes: int = Field(default=1 << 20, ge=1024, le=1 << 30)
    """The largest request body, in bytes; more is answered 413."""
    texts: int = Field(default=256, ge=1, le=100_000)
    """Texts (or prompts) in one request."""
    chars: int = Field(default=100_000, ge=1, le=100_000_000)
    """Characters in one text; more is answered 422."""
    new_tokens: int = Field(default=1024, ge=1, le=1_000_000)
    """The largest `max_tokens` of a completion."""
    queue_texts: int = Field(default=4096, ge=1, le=1_000_000)
    """Texts that may wait for each slot; more are answered 503 with Retry-After."""
    batch_tokens: int = Field(default=4096, ge=1, le=10_000_000)
    """Tokens of one batch; a longer request runs alone."""
    connections: int = Field(default=512, ge=1, le=100_000)
    """Connections open at once; more are answered 503 and closed."""
    header_seconds: float = Field(default=10.0, gt=0, le=3600)
    """Time for the headers of a request to arrive."""
    body_seconds: float = Field(default=20.0, gt=0, le=3600)
    """Time for the body of a request to arrive; then 408."""
    keep_alive_seconds: int = Field(default=30, ge=1, le=3600)
    """Time that an idle connection stays open."""
    answer_seconds: float = Field(default=60.0, gt=0, le=86_400)
    """Time for an answer, waiting included; then 503, and a generation ends with what it has."""
    send_seconds: float = Field(default=30.0, gt=0, le=3600)
    """Time for a client to take a piece of the answer; then the connection is closed."""
