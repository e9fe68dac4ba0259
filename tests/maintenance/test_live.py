import json
from pathlib import Path
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.request_log import RequestLog, closed_segments
from leafout.maintenance.live import Answered, figures, read_requests, seen_of, segments_of
from leafout.serving.log_writer import Entry, LogWriter

GOOD: dict[str, Any] = {
    "time": 1.0,
    "id": "a1",
    "slot": "toy",
    "release": "r1",
    "texts": ["这本书很好"],
    "predicted": ["好"],
    "confidence": [0.9],
    "milliseconds": 5.0,
    "tokens": 7,
    "status": 200,
}


def write(path: Path, *entries: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def test_requests_and_their_answers_are_read(tmp_path: Path) -> None:
    several = GOOD | {"id": "a2", "texts": ["好", "bad"], "predicted": ["好", "差"], "confidence": [0.8, 0.7]}
    silent = GOOD | {"id": "a3", "texts": None}
    written = GOOD | {"id": "a4", "predicted": None, "confidence": None}
    path = write(tmp_path / "closed" / "a.jsonl", GOOD, several, silent, written)
    requests, damaged = read_requests([("a", path)])
    assert not damaged
    assert [answer.id for request in requests for answer in request.answers] == ["a1", "a2/0", "a2/1", "a3"]
    assert requests[2].answers[0].text is None
    assert requests[3].answers == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 7},
        {"release": None},
        {"status": "200"},
        {"milliseconds": -1},
        {"tokens": None},
        {"confidence": [0.5, 0.5]},
        {"confidence": [1.5]},
        {"confidence": None},
        {"predicted": "好"},
        {"texts": ["好", "差"]},
        {"texts": [3]},
    ],
)
def test_a_line_that_is_no_request_is_named_with_its_place(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, GOOD | wrong, GOOD)
    requests, damaged = read_requests([("a.jsonl", path)])
    assert len(requests) == 2
    assert len(damaged) == 1
    assert damaged[0].startswith("a.jsonl:2: ")


def test_what_the_service_writes_is_what_is_read(tmp_path: Path) -> None:
    writer = LogWriter({"toy": RequestLog(tmp_path)})
    served: dict[str, Any] = {"slot": "toy", "release": "r1", "milliseconds": 3.25, "tokens": 12, "status": 200}
    writer.put(Entry(id="a", texts=["好", "bad a@b.com"], predicted=["好", "差"], confidence=[0.9, 0.6], **served))
    writer.put(Entry(id="b", texts=["写下去"], predicted=None, confidence=None, **served))
    assert writer.close()
    requests, damaged = read_requests((path.name, path) for path in closed_segments(tmp_path))
    assert not damaged
    assert [request.id for request in requests] == ["a", "b"]
    assert requests[0].answers[1] == Answered("a/1", "bad <EMAIL_1>", "差", 0.6)
    assert (requests[1].milliseconds, requests[1].tokens, requests[1].answers) == (3.25, 12, ())


def test_only_closed_segments_are_taken(tmp_path: Path) -> None:
    shut, still = write(tmp_path / "closed" / "a.jsonl", GOOD), write(tmp_path / "open" / "b.jsonl", GOOD)
    assert segments_of({"a": shut, "b": still, "lock": tmp_path / "lock"}) == {"a": shut}
    with pytest.raises(LeafoutError, match=r"1 still open") as caught:
        segments_of({"b": still})
    assert "when the service stops" in caught.value.hint


def test_figures_are_those_of_the_requests(tmp_path: Path) -> None:
    entries = [GOOD | {"id": str(n), "milliseconds": float(n), "status": 500 if n == 1 else 200} for n in range(1, 101)]
    requests, _ = read_requests([("a", write(tmp_path / "a.jsonl", *entries, GOOD | {"status": 422}))])
    found = figures(requests)
    assert (found["requests"], found["errors"], found["refused"], found["tokens"]) == (101, 1, 1, 707)
    assert found["milliseconds"]["p50"] == 50
    assert 94 < found["milliseconds"]["p95"] < 97
    assert found["labels"] == {"好": 101}
    assert found["distinct_texts"] == 1
    assert figures([]) == {"requests": 0, "errors": 0, "refused": 0, "tokens": 0, "answers": 0}


def test_repeats_and_foreign_labels_are_left_out_of_the_comparison() -> None:
    answers = [
        Answered("1", "好书", "好", 0.9),
        Answered("2", "好书", "好", 0.9),
        Answered("3", "bad", "差", 0.6),
        Answered("4", "what", "other", 0.6),
    ]
    found = seen_of(answers, ["差", "好"])
    assert found.labels_N.tolist() == [1, 0]
    assert found.features_ND is not None
    silent = seen_of([Answered("1", None, "好", 0.9), Answered("2", None, "好", 0.9)], ["差", "好"])
    assert silent.features_ND is None
    assert len(silent) == 2
