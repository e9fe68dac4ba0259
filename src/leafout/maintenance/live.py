"""What a service was asked and answered, from closed segments of its request log."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from leafout.core.errors import LeafoutError
from leafout.corpus.request_log import OPEN, Damaged, read_segment
from leafout.maintenance.features import features
from leafout.maintenance.reference import Seen, distinct

NO_SEGMENT_HINT = "a segment closes after an hour, after 16 MB, or when the service stops"


@dataclass(frozen=True, slots=True)
class Answered:
    """One text of a request, and its answer.

    Attributes:
        id: of the request; `ID/0`, `ID/1` ... where it had several texts. Labels that come late name it.
        text: masked; None where the service keeps no texts.
        label: the answer.
        confidence: of it.
    """

    id: str
    text: str | None
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log.

    Attributes:
        id, release, status, milliseconds, tokens: as written.
        answers: one for each text; empty where nothing was classified.
    """

    id: str
    release: str
    status: int
    milliseconds: float
    tokens: int
    answers: tuple[Answered, ...]


def segments_of(files: Mapping[str, Path]) -> dict[str, Path]:
    """Those files that are closed segments: of a log's folder what lies in `closed/`, of other folders all `.jsonl`.

    Raises:
        LeafoutError: when there are none.
    """
    found = {name: path for name, path in files.items() if path.suffix == ".jsonl" and path.parent.name != OPEN}
    if not found:
        open_ones = sum(path.parent.name == OPEN for path in files.values())
        message = f"no closed segment of a request log among {len(files)} files ({open_ones} still open)"
        raise LeafoutError(message, where="[monitor.logs]", hint=NO_SEGMENT_HINT)
    return found


def read_requests(segments: Iterable[tuple[str, Path]]) -> tuple[list[Request], list[str]]:
    """The requests of some segments, and a sentence for each line that is none."""
    requests, damaged = [], []
    for name, path in segments:
        for number, entry in enumerate(read_segment(path), 1):
            found = entry.reason if isinstance(entry, Damaged) else _request(entry)
            if isinstance(found, Request):
                requests.append(found)
            else:
                damaged.append(f"{name}:{number}: {found}")
    return requests, damaged


def _request(entry: Mapping[str, Any]) -> Request | str:
    request, release = entry.get("id"), entry.get("release")
    if not isinstance(request, str) or not isinstance(release, str):
        return "`id` or `release` is no text"
    figures = [entry.get(name) for name in ("status", "milliseconds", "tokens")]
    if not all(isinstance(figure, int | float) and figure >= 0 for figure in figures):
        return "`status`, `milliseconds` or `tokens` is no number"
    status, milliseconds, tokens = (float(figure or 0) for figure in figures)
    answers = _answers(request, entry)
    if isinstance(answers, str):
        return answers
    return Request(request, release, int(status), milliseconds, int(tokens), answers)


def _answers(request: str, entry: Mapping[str, Any]) -> tuple[Answered, ...] | str:
    labels, confidences, texts = (entry.get(name) for name in ("predicted", "confidence", "texts"))
    if labels is None:
        return ()
    if not _are(labels, str) or not _are(confidences, int | float) or len(labels) != len(confidences):
        return "`predicted` and `confidence` do not fit together"
    if any(not 0 <= confidence <= 1 for confidence in confidences):
        return "a confidence is outside 0 to 1"
    shown = [None] * len(labels) if texts is None else texts
    if not _are(shown, str | None) or len(shown) != len(labels):
        return "`texts` and `predicted` do not fit together"
    names = [request] if len(labels) == 1 else [f"{request}/{place}" for place in range(len(labels))]
    rows = zip(names, shown, labels, confidences, strict=True)
    return tuple(Answered(name, text, label, float(confidence)) for name, text, label, confidence in rows)


def _are(values: Any, kind: Any) -> TypeGuard[list[Any]]:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def seen_of(answers: Sequence[Answered], labels: Sequence[str]) -> Seen:
    """Answers as rows to compare: repeats of a text left out, and answers that are no label of the release."""
    places = {label: place for place, label in enumerate(labels)}
    known = [answer for answer in answers if answer.label in places]
    with_text = [answer for answer in known if answer.text is not None]
    rows = known
    if with_text:
        rows = [with_text[place] for place in distinct([answer.text or "" for answer in with_text])]
    return Seen(
        features([answer.text or "" for answer in rows]) if with_text else None,
        np.array([places[answer.label] for answer in rows], np.int32),
        np.array([answer.confidence for answer in rows], np.float32),
    )


def figures(requests: Sequence[Request]) -> dict[str, Any]:
    """Volume, errors, latency, tokens, confidence and label mix of some requests; nothing but counts of none."""
    answers = [answer for request in requests for answer in request.answers]
    found: dict[str, Any] = {
        "requests": len(requests),
        "errors": sum(request.status >= 500 for request in requests),
        "refused": sum(400 <= request.status < 500 for request in requests),
        "tokens": sum(request.tokens for request in requests),
        "answers": len(answers),
    }
    if requests:
        milliseconds = np.array([request.milliseconds for request in requests])
        found["milliseconds"] = _quantiles(milliseconds, {"p50": 0.5, "p95": 0.95, "p99": 0.99})
    if answers:
        confidence = np.array([answer.confidence for answer in answers])
        found["confidence"] = {"mean": round(float(confidence.mean()), 6)}
        found["confidence"] |= _quantiles(confidence, {"p10": 0.1, "p50": 0.5})
        counts = Counter(answer.label for answer in answers)
        found["labels"] = dict(sorted(counts.items()))
        texts = [answer.text for answer in answers if answer.text is not None]
        found["distinct_texts"] = len(set(texts))
    return found


def _quantiles(values: "np.typing.NDArray[np.floating]", shares: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(np.quantile(values, share)), 6) for name, share in shares.items()}
