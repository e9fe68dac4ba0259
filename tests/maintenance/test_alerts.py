from typing import Any

import pytest

from leafout.maintenance.alerts import Usual, find_alerts
from leafout.maintenance.drift import Drift
from leafout.maintenance.late_labels import Accuracy
from leafout.maintenance.limits import AlertLimits

CALM: dict[str, Any] = {
    "requests": 100,
    "errors": 1,
    "answers": 100,
    "abstained": 10,
    "milliseconds": {"p95": 40.0},
}


def kinds(drift: Drift | None = None, accuracy: Accuracy | None = None, **limits: float) -> list[str]:
    return [alert.kind for alert in find_alerts(CALM, drift, accuracy, Usual(0.9), AlertLimits.read(limits))]


def drift(p: float, **each: float) -> Drift:
    return Drift(p=p, p_input=None, p_output=p, each=each, rows=(60, 60))


@pytest.mark.parametrize(
    ("figures", "limits", "expected"),
    [
        ({}, {}, []),
        ({"errors": 2}, {}, ["errors"]),
        ({}, {"p95_milliseconds": 39}, ["latency"]),
        ({}, {"p95_milliseconds": 41}, []),
        ({"abstained": 51}, {}, ["abstentions"]),
        ({"requests": 0, "errors": 0, "answers": 0, "abstained": 0}, {"p95_milliseconds": 1}, []),
    ],
)
def test_an_alert_is_raised_beyond_its_limit_alone(
    figures: dict[str, Any], limits: dict[str, float], expected: list[str]
) -> None:
    found = find_alerts(CALM | figures, None, None, Usual(abstained=0.4), AlertLimits.read(limits))
    assert [alert.kind for alert in found] == expected


def test_drift_says_what_differs_and_what_to_do() -> None:
    assert kinds(drift(0.051, inputs=0.01, labels=0.5)) == []
    (alert,) = find_alerts(CALM, drift(0.003, inputs=0.001, labels=0.5), None, Usual(), AlertLimits())
    assert alert.reason == "the texts differ from those of validation (p 0.003, the limit is 0.05)"
    assert "leafout update" in alert.next
    (unclear,) = find_alerts(CALM, drift(0.05, labels=0.06, confidence=0.07), None, Usual(), AlertLimits())
    assert "mix of answers" in unclear.reason


def test_accuracy_must_surely_be_lower() -> None:
    surely = Accuracy(70, 100, low=0.60, high=0.78, unmatched=0, confidence=0.8)
    perhaps = Accuracy(8, 10, low=0.49, high=0.94, unmatched=0, confidence=0.8)
    assert kinds(accuracy=surely) == ["accuracy"]
    assert kinds(accuracy=perhaps) == []
    assert kinds(accuracy=surely, accuracy_drop=0.2) == []
    (alert,) = find_alerts(CALM, None, surely, Usual(0.9), AlertLimits())
    assert "0.700" in alert.reason
    assert "0.900" in alert.reason
    assert "rollback" in alert.next
    assert find_alerts(CALM, None, surely, Usual(), AlertLimits()) == []
