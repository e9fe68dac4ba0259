import threading
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.serving import log_writer
from leafout.serving.log_writer import Entry, LogOptions, LogWriter


class Kept:
    """A log in memory; while it is ill it fails."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.is_closed = False
        self.illness: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def write(self, entry: dict[str, Any]) -> None:
        self.gate.wait(5)
        if self.illness:
            raise self.illness
        self.entries.append(entry)

    def close(self) -> None:
        self.is_closed = True


def entry(name: str = "r1", *, slot: str = "s") -> Entry:
    return Entry(name, slot, "k", ["你好 hello"], ["好"], [0.87654321], 1.23456, 5, 200)


def test_an_entry_is_written_with_its_time() -> None:
    kept = Kept()
    writer = LogWriter({"s": kept})
    writer.put(entry())
    assert writer.close()
    assert kept.is_closed
    found = kept.entries[0]
    assert found.pop("time") > 1e9
    assert found == {
        "id": "r1", "slot": "s", "release": "k", "texts": ["你好 hello"], "predicted": ["好"], "confidence": [0.876543],
        "milliseconds": 1.235, "tokens": 5, "status": 200,
    }  # fmt: skip


def test_texts_can_be_left_out() -> None:
    kept = Kept()
    writer = LogWriter({"s": kept}, with_texts=False)
    writer.put(entry())
    assert writer.close()
    assert kept.entries[0]["texts"] is None
    assert kept.entries[0]["predicted"] == ["好"]


@pytest.mark.parametrize("illness", [OSError(28, "no space"), ValueError("odd")])
def test_a_log_that_cannot_be_written_is_counted_and_the_next_line_is_tried(illness: Exception) -> None:
    kept, failures = Kept(), []
    writer = LogWriter({"s": kept}, on_failure=lambda: failures.append(1))
    kept.illness = illness
    writer.put(entry("a"))
    writer.put(entry("b"))
    writer.put(entry("c", slot="unknown"))
    while len(failures) < 3:
        threading.Event().wait(0.001)
    kept.illness = None
    writer.put(entry("d"))
    assert writer.close()
    assert [each["id"] for each in kept.entries] == ["d"]


def test_a_slow_disk_never_holds_up_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "MAX_PENDING", 3)
    kept, failures = Kept(), []
    kept.gate.clear()
    writer = LogWriter({"s": kept}, on_failure=lambda: failures.append(1))
    for number in range(10):
        writer.put(entry(str(number)))
    kept.gate.set()
    assert writer.close()
    assert len(kept.entries) + len(failures) == 10
    assert 3 <= len(kept.entries) <= 4


def test_closing_says_when_it_took_too_long() -> None:
    kept = Kept()
    kept.gate.clear()
    writer = LogWriter({"s": kept})
    writer.put(entry())
    assert not writer.close(seconds=0.01)
    kept.gate.set()


def test_options_are_checked() -> None:
    with pytest.raises(LeafoutError, match="retention_days"):
        LogOptions.read({"retention_days": -1})
