"""`POST /v1/completions`: the subset of OpenAI's endpoint that a local model needs, whole or as a stream."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from leafout.inference.load import Completion
from leafout.serving.batcher import ClosedError, QueueFullError
from leafout.serving.exchange import DisconnectedError, Exchange
from leafout.serving.loaded import Loaded, Prompts
from leafout.serving.log_writer import Entry
from leafout.serving.problems import Problem, overloaded
from leafout.serving.service import Service
from leafout.serving.watcher import Slot
from leafout.serving.wire import CompletionAsk, check_completion, decode, stops_of

DEFAULT_NEW_TOKENS = 16
"""What OpenAI's endpoint takes when a request does not say."""
Piece = tuple[int, str]


async def complete(service: Service, exchange: Exchange) -> None:
    """Answer a request."""
    began = time.perf_counter()
    ask = decode(await exchange.read_json_body(), CompletionAsk)
    slot = service.slot(ask.model, "generate")
    exchange.slot = slot.name
    context = slot.loaded.release.max_tokens
    texts = check_completion(ask, service.limits, context_tokens=context)
    pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
    prompts = _prompts(ask, texts, service, _putter(pieces) if ask.stream else None)
    loaded, future = _submitted(slot, prompts)
    service.metrics.waiting(slot.name, loaded.batcher.waiting)
    gone = asyncio.ensure_future(exchange.until_disconnect())
    gone.add_done_callback(lambda _: _cancel(prompts, future))
    try:
        if ask.stream:
            future.add_done_callback(lambda _: pieces.put_nowait(None))
            usage = bool(ask.stream_options and ask.stream_options.include_usage)
            done = await _streamed(exchange, slot, loaded, future, pieces, with_usage=usage)
        else:
            done = await _whole(exchange, slot, loaded, future)
    finally:
        gone.cancel()
        _cancel(prompts, future)
    service.record(_entry(exchange, slot, loaded, texts, done, began))


def _prompts(
    ask: CompletionAsk, texts: Sequence[str], service: Service, on_token: Callable[[int, str], None] | None
) -> Prompts:
    return Prompts(
        texts=texts,
        max_new_tokens=DEFAULT_NEW_TOKENS if ask.max_tokens is None else ask.max_tokens,
        temperature=1.0 if ask.temperature is None else ask.temperature,
        top_k=ask.top_k or 0,
        top_p=1.0 if ask.top_p is None else ask.top_p,
        seed=int.from_bytes(os.urandom(4)) if ask.seed is None else ask.seed,
        stop=stops_of(ask),
        on_token=on_token,
        deadline=time.monotonic() + service.limits.answer_seconds,
    )


def _putter(pieces: "asyncio.Queue[Piece | None]") -> Callable[[int, str], None]:
    """Brings what the model's thread writes into the event loop."""
    loop = asyncio.get_running_loop()

    def put(index: int, text: str) -> None:
        loop.call_soon_threadsafe(pieces.put_nowait, (index, text))

    return put


def _submitted(slot: Slot, prompts: Prompts) -> "tuple[Loaded, asyncio.Future[list[Completion]]]":
    for _ in range(2):
        loaded = slot.loaded
        try:
            return loaded, loaded.generating.submit(prompts, size=len(prompts.texts))
        except QueueFullError:
            raise overloaded("the queue is full") from None
        except ClosedError:
            continue  # swapped this very moment
    raise overloaded("the release is being replaced")


def _cancel(prompts: Prompts, future: "asyncio.Future[list[Completion]]") -> None:
    """Nobody waits any more: what waits is dropped, what runs stops at its next token."""
    prompts.cancelled.set()
    if not future.done():
        future.cancel()


async def _whole(
    exchange: Exchange, slot: Slot, loaded: Loaded, future: "asyncio.Future[list[Completion]]"
) -> list[Completion]:
    done = await _awaited(future)
    choices = [_choice(index, each.text, _reason(each)) for index, each in enumerate(done)]
    body = _head(exchange, slot, loaded) | {"choices": choices, "usage": _usage(done)}
    await exchange.answer(200, msgspec.json.encode(body))
    return done


async def _streamed(
    exchange: Exchange,
    slot: Slot,
    loaded: Loaded,
    future: "asyncio.Future[list[Completion]]",
    pieces: "asyncio.Queue[Piece | None]",
    *,
    with_usage: bool,
) -> list[Completion]:
    head = _head(exchange, slot, loaded)
    piece = await pieces.get()
    if piece is None:
        await _awaited(future)  # nothing was sent yet: an error can still be an ordinary one
    await exchange.start(200, "text/event-stream", {"cache-control": "no-store"})
    while piece is not None:
        index, text = piece
        await _event(exchange, head | {"choices": [_choice(index, text, None)]})
        piece = await pieces.get()
    try:
        done = await _awaited(future)
    except Problem as problem:
        await exchange.send_piece(b"data: " + problem.body() + b"\n\n", more=True)
        done = []
    for index, each in enumerate(done):
        await _event(exchange, head | {"choices": [_choice(index, "", _reason(each))]})
    if with_usage:
        await _event(exchange, head | {"choices": [], "usage": _usage(done)})
    await exchange.send_piece(b"data: [DONE]\n\n", more=False)
    return done


async def _awaited(future: "asyncio.Future[list[Completion]]") -> list[Completion]:
    """What was written.

    Raises:
        DisconnectedError: when nobody waits for it any more.
        Problem: 500 when the model failed, 503 when its turn did not come in time.
    """
    await asyncio.wait([future])
    if future.cancelled():
        raise DisconnectedError
    error = future.exception()
    if error is not None:
        raise Problem(500, "the model failed", "ask again; the log of the service tells more")
    done = future.result()
    if all(each.finish_reason == "cancelled" and not each.num_tokens for each in done):
        raise overloaded("the turn of this request did not come in time", kind="timeout")
    return done


async def _event(exchange: Exchange, values: dict[str, Any]) -> None:
    await exchange.send_piece(b"data: " + msgspec.json.encode(values) + b"\n\n", more=True)


def _head(exchange: Exchange, slot: Slot, loaded: Loaded) -> dict[str, Any]:
    return {
        "id": f"cmpl-{exchange.id}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": slot.name,
        "release": loaded.key,
    }


def _choice(index: int, text: str, reason: str | None) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": None, "finish_reason": reason}


def _reason(done: Completion) -> str:
    """OpenAI's word: a generation that ran out of time was cut by length."""
    return "length" if done.finish_reason == "cancelled" else done.finish_reason


def _usage(done: Sequence[Completion]) -> dict[str, int]:
    read, written = sum(each.num_prompt_tokens for each in done), sum(each.num_tokens for each in done)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _entry(
    exchange: Exchange, slot: Slot, loaded: Loaded, texts: Sequence[str], done: Sequence[Completion], began: float
) -> Entry:
    return Entry(
        id=exchange.id,
        slot=slot.name,
        release=loaded.key,
        texts=texts,
        predicted=None,
        confidence=None,
        milliseconds=1000 * (time.perf_counter() - began),
        tokens=_usage(done)["total_tokens"],
        status=exchange.status,
    )
