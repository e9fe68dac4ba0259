"""The ASGI application: each route with who may ask for it, and errors in one shape."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from leafout.serving.access import authorise
from leafout.serving.classifying import classify
from leafout.serving.completing import complete
from leafout.serving.exchange import DisconnectedError, Exchange, Receive, Scope, Send
from leafout.serving.metrics import CONTENT_TYPE
from leafout.serving.problems import Problem, overloaded
from leafout.serving.service import Service

logger = logging.getLogger(__name__)
Handler = Callable[[Service, Exchange], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_GONE = 499


@dataclass(frozen=True, slots=True)
class Route:
    """What answers under a path.

    Attributes:
        method: the one it takes; GET takes HEAD too.
        handler: answers.
        public: whether anybody who reaches the service may ask.
        is_work: whether it asks a model: refused while the service drains.
    """

    method: str
    handler: Handler
    public: bool = False
    is_work: bool = False


async def show_models(service: Service, exchange: Exchange) -> None:
    """`GET /v1/models`."""
    await exchange.answer(200, msgspec.json.encode({"object": "list", "data": service.models()}))


async def show_health(service: Service, exchange: Exchange) -> None:
    """`GET /healthz`: whether the process works; if not, it should be started anew."""
    dead = service.dead_slots()
    if dead:
        raise Problem(503, f"nothing runs {', '.join(f'`{name}`' for name in dead)} any more", "restart the service")
    await exchange.answer(200, b'{"status":"ok"}')


async def show_readiness(service: Service, exchange: Exchange) -> None:
    """`GET /readyz`: whether requests should be sent here."""
    if service.draining:
        raise _draining()
    await show_health(service, exchange)


async def show_metrics(service: Service, exchange: Exchange) -> None:
    """`GET /metrics`: for Prometheus."""
    service.note_waiting()
    await exchange.answer(200, service.metrics.text(), content_type=CONTENT_TYPE)


ROUTES: Mapping[str, Route] = {
    "/v1/classify": Route("POST", classify, is_work=True),
    "/v1/completions": Route("POST", complete, is_work=True),
    "/v1/models": Route("GET", show_models),
    "/metrics": Route("GET", show_metrics),
    "/healthz": Route("GET", show_health, public=True),
    "/readyz": Route("GET", show_readiness, public=True),
}
"""All there is."""


def make_app(service: Service, token: str | None) -> App:
    """The application of a service.

    Args:
        service: what answers.
        token: that clients must send; None on loopback.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} here")
        exchange = Exchange(scope, receive, send, service.limits, is_last=lambda: service.draining)
        began = time.perf_counter()
        try:
            await _answered(service, exchange, token)
        except DisconnectedError:
            exchange.status = _GONE
        endpoint = exchange.path if exchange.path in ROUTES else ""
        service.metrics.request(exchange.slot, endpoint, exchange.status, time.perf_counter() - began)

    return app


async def _answered(service: Service, exchange: Exchange, token: str | None) -> None:
    """Answer, with an error where it comes to that. The outer door: nothing of an error of ours goes out but its id."""
    try:
        route = _route(exchange)
        if not route.public:
            authorise(exchange.headers, token)
        if not route.is_work:
            await route.handler(service, exchange)
            return
        if service.draining:
            raise _draining()
        with service.accepted():
            await route.handler(service, exchange)
    except DisconnectedError:
        raise
    except Problem as problem:
        if problem.status == 500:
            logger.error("request %s failed: %s", exchange.id, problem.message)
        await _refused(exchange, problem)
    except Exception:
        logger.exception("request %s failed", exchange.id)
        await _refused(exchange, Problem(500, "the service failed", f"its log tells more of request {exchange.id}"))


async def _refused(exchange: Exchange, problem: Problem) -> None:
    if exchange.status:
        exchange.cut()
        raise DisconnectedError
    await exchange.answer(problem.status, problem.body(), headers=problem.headers)


def _route(exchange: Exchange) -> Route:
    route = ROUTES.get(exchange.path)
    if route is None:
        raise Problem(404, f"there is nothing at `{exchange.path[:100]}`", f"endpoints: {', '.join(ROUTES)}")
    allowed = {"GET", "HEAD"} if route.method == "GET" else {route.method}
    if exchange.method not in allowed:
        message = f"`{exchange.path}` takes {route.method}, not `{exchange.method[:20]}`"
        raise Problem(405, message, f"send a {route.method}", headers={"allow": ", ".join(sorted(allowed))})
    return route


def _draining() -> Problem:
    return overloaded("the service is stopping", kind="draining", retry_seconds=5)
