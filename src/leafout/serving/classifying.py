"""`POST /v1/classify`: one text, several, or pairs in; label, confidence and probabilities out."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from leafout.serving.batcher import ClosedError, QueueFullError
from leafout.serving.exchange import Exchange
from leafout.serving.loaded import Answered, Loaded, Rows
from leafout.serving.log_writer import Entry
from leafout.serving.problems import Problem, overloaded
from leafout.serving.service import Service
from leafout.serving.watcher import Slot
from leafout.serving.wire import ClassifyAsk, decode, texts_of

SHOWN_LABELS = 100
"""So many probabilities are sent when a request does not say how many."""


async def classify(service: Service, exchange: Exchange) -> None:
    """Answer a request."""
    began = time.perf_counter()
    ask = decode(await exchange.read_json_body(), ClassifyAsk)
    slot = service.slot(ask.model, "classify")
    exchange.slot = slot.name
    texts, pairs = texts_of(ask, service.limits)
    loaded, found = await _answered(service, slot, Rows(texts, pairs))
    if not ask.truncate:
        _refuse_truncated(found, loaded)
    answers = [_shown(loaded, each, ask.top or SHOWN_LABELS) for each in found]
    body = {"id": exchange.id, "model": slot.name, "release": loaded.key, "answers": answers}
    await exchange.answer(200, msgspec.json.encode(body))
    service.record(
        Entry(
            id=exchange.id,
            slot=slot.name,
            release=loaded.key,
            texts=texts if pairs is None else [f"{a}\t{b}" for a, b in zip(texts, pairs, strict=True)],
            predicted=[each.answer.label for each in found],
            confidence=[each.answer.confidence for each in found],
            milliseconds=1000 * (time.perf_counter() - began),
            tokens=sum(each.num_tokens for each in found),
            status=200,
        )
    )


async def _answered(service: Service, slot: Slot, rows: Rows) -> tuple[Loaded, list[Answered]]:
    """The answers, and the release that gave them: a swap meanwhile changes nothing for this request."""
    loaded = slot.loaded
    try:
        future = _submitted(loaded, rows)
    except ClosedError:
        loaded = slot.loaded
        future = _submitted(loaded, rows)
    service.metrics.waiting(slot.name, loaded.batcher.waiting)
    try:
        async with asyncio.timeout(service.limits.answer_seconds):
            return loaded, await future
    except TimeoutError:
        raise overloaded(f"no answer within {service.limits.answer_seconds:g} s", kind="timeout") from None


def _submitted(loaded: Loaded, rows: Rows) -> "asyncio.Future[list[Answered]]":
    if loaded.release.pair and rows.pairs is None:
        raise Problem(400, "`text_b` is missing", "this model reads pairs: send `text` and `text_b`")
    if rows.pairs is not None and not loaded.release.pair:
        raise Problem(400, "`text_b` is given, and this model reads single texts", "leave `text_b` out")
    try:
        return loaded.classifying.submit(rows, size=len(rows.texts))
    except QueueFullError:
        raise overloaded("the queue is full") from None


def _refuse_truncated(found: Sequence[Answered], loaded: Loaded) -> None:
    cut = [place for place, each in enumerate(found) if each.truncated]
    if cut:
        message = f"`texts[{cut[0]}]` has more than {loaded.release.max_tokens} tokens"
        raise Problem(422, message, "shorten it, or send `truncate: true` to have its beginning read")


def _shown(loaded: Loaded, found: Answered, top: int) -> dict[str, Any]:
    answer, release = found.answer, loaded.release
    ranked = sorted(zip(release.labels, answer.probabilities, strict=True), key=lambda pair: -pair[1])[:top]
    return {
        "label": answer.label,
        "confidence": round(answer.confidence, 6),
        "probabilities": {label: round(probability, 6) for label, probability in ranked},
        "abstained": release.abstains(answer.label, answer.confidence),
        "truncated": found.truncated,
    }
