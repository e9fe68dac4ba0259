import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.request_log import (
    Damaged,
    RequestLog,
    closed_segments,
    find_request,
    line_of,
    read_closed,
    read_segment,
)


def entry(number: int, text: str = "这本书很好") -> dict[str, Any]:
    return {"id": f"id{number}", "texts": [text], "predicted": ["好"], "confidence": [0.9]}


def test_entries_come_back_in_order_once_the_log_is_closed(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "toy")
    for number in range(5):
        log.write(entry(number))
    assert list(read_closed(tmp_path / "toy")) == []
    log.close()
    assert [found["id"] for found in read_closed(tmp_path / "toy")] == [f"id{number}" for number in range(5)]
    assert not list((tmp_path / "toy" / "open").iterdir())


def test_a_segment_closes_by_size_and_no_line_is_torn_between_two(tmp_path: Path) -> None:
    log = RequestLog(tmp_path, segment_bytes=300)
    for number in range(20):
        log.write(entry(number))
    log.close()
    segments = closed_segments(tmp_path)
    assert len(segments) > 5
    assert all(path.stat().st_size <= 300 for path in segments)
    assert [found["id"] for found in read_closed(tmp_path)] == [f"id{number}" for number in range(20)]


def test_a_segment_closes_by_age_while_nothing_is_written(tmp_path: Path) -> None:
    log = RequestLog(tmp_path, segment_seconds=0.05)
    log.write(entry(1))
    deadline = time.monotonic() + 5
    while not closed_segments(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [found["id"] for found in read_closed(tmp_path)] == ["id1"]
    log.write(entry(2))
    log.close()
    assert [found["id"] for found in read_closed(tmp_path)] == ["id1", "id2"]


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    log = RequestLog(tmp_path)
    with pytest.raises(LeafoutError, match="another process writes"):
        RequestLog(tmp_path)
    log.close()
    RequestLog(tmp_path).close()


def test_a_torn_tail_is_cut_off_and_counted(tmp_path: Path) -> None:
    log = RequestLog(tmp_path)
    log.write(entry(1))
    log.close()
    (segment,) = closed_segments(tmp_path)
    torn = tmp_path / "open" / "20260101T000000.000Z.jsonl"
    torn.write_bytes(segment.read_bytes() + b'{"id": "id2", "te')
    (tmp_path / "open" / "20260101T000001.000Z.jsonl").write_bytes(b'{"half')
    again = RequestLog(tmp_path)
    assert again.torn_lines == 2
    again.close()
    assert [found["id"] for found in read_closed(tmp_path)] == ["id1", "id1"]


def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom leafout.corpus.request_log import RequestLog\n"
        "log = RequestLog(pathlib.Path(sys.argv[1]))\n"
        "for number in range(10**9):\n"
        "    log.write({'id': str(number), 'texts': ['这本书很好' * 40]})\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    told = [int(line) for line in said if line.endswith(b"\n")]
    RequestLog(tmp_path).close()
    found = [int(each["id"]) for each in read_closed(tmp_path)]
    assert found == list(range(len(found)))
    assert len(found) >= len(told) >= 200


def test_a_failed_write_leaves_whole_lines(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom leafout.corpus.request_log import RequestLog\n"
        "log = RequestLog(pathlib.Path(sys.argv[1]))\n"
        "for number in range(3):\n"
        "    try: log.write({'id': str(number), 'texts': None})\n"
        "    except OSError: print('failed', number)\n"
        "log.close()\n"
    )
    environment = os.environ | {"LEAFOUT_FAULT": "request_log.write:2:short"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout == "failed 1\n"
    assert [found["id"] for found in read_closed(tmp_path)] == ["0", "2"]


def test_a_log_that_cannot_be_written_raises_with_each_entry(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    log = RequestLog(tmp_path / "file" / "log")
    for _ in range(2):
        with pytest.raises(OSError, match="file"):
            log.write(entry(1))
    (tmp_path / "file").unlink()
    log.write(entry(2))
    log.close()
    assert [found["id"] for found in read_closed(tmp_path / "file" / "log")] == ["id2"]


@pytest.mark.parametrize(
    "text", ["a\nb", "\r\n", "\u2028{}\u2029", "\x85\x9b31m", '"}\n{"id": "forged"}', "\ud800 alone", "\x00\x1b[2J"]
)
def test_no_text_forges_a_line(text: str) -> None:
    line = line_of(entry(1, text))
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line)["texts"] == [text]


def test_texts_are_masked_in_both_languages_and_the_entry_is_left_alone() -> None:
    given = entry(1) | {"texts": ["我的手机是 13800138000", "write to ann@example.com"]}
    assert json.loads(line_of(given))["texts"] == ["我的手机是 <PHONE_1>", "write to <EMAIL_1>"]
    assert given["texts"][1] == "write to ann@example.com"


def test_a_figure_that_json_lacks_becomes_null() -> None:
    found = json.loads(line_of({"id": "1", "confidence": [float("nan"), 0.5], "more": {"a": float("inf")}}))
    assert found == {"id": "1", "confidence": [None, 0.5], "more": {"a": None}}


def test_old_segments_go_by_days_and_by_bytes(tmp_path: Path) -> None:
    log = RequestLog(tmp_path, segment_bytes=1)
    for number in range(4):
        log.write(entry(number))
    log.close()
    segments = closed_segments(tmp_path)
    os.utime(segments[0], (1, 1))
    RequestLog(tmp_path, retention_days=1).close()
    assert closed_segments(tmp_path) == segments[1:]
    size = segments[1].stat().st_size
    RequestLog(tmp_path, retention_bytes=2 * size).close()
    assert closed_segments(tmp_path) == segments[2:]


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "toy")
    log.write(entry(1))
    log.close()
    assert (tmp_path / "toy").stat().st_mode & 0o077 == 0
    assert closed_segments(tmp_path / "toy")[0].stat().st_mode & 0o077 == 0


def test_damaged_lines_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "closed" / "a.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'{"id": "1"}\n\0\0\0\n[]\n' + b"[" * 100_000 + b'\n{"id": "2"}\n{"id"')
    found = list(read_segment(path))
    assert [each.line for each in found if isinstance(each, Damaged)] == [2, 3, 4, 6]
    assert list(read_closed(tmp_path)) == [{"id": "1"}, {"id": "2"}]


def test_a_request_is_found_by_its_id(tmp_path: Path) -> None:
    log = RequestLog(tmp_path, segment_bytes=200)
    for number in range(9):
        log.write(entry(number, f"文字 id{number + 1}"))
    found = find_request(tmp_path, "id8")
    assert found is not None
    assert found["texts"] == ["文字 id9"]
    assert (find_request(tmp_path, "id2") or {})["texts"] == ["文字 id3"]
    assert find_request(tmp_path, "id9") is None
    assert find_request(tmp_path / "nowhere", "id1") is None
    log.close()
