"""What somebody should look at, why, and what to do next."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from leafout.maintenance.drift import CONFIDENCE, INPUTS, LABELS, Drift
from leafout.maintenance.late_labels import Accuracy
from leafout.maintenance.limits import AlertLimits

UPDATE = "label `review.jsonl`, add it to the rows of the chain, and run: leafout update CHAIN"
_WHAT = {
    INPUTS: "the texts differ from those of validation",
    LABELS: "the mix of answers differs from that on validation",
    CONFIDENCE: "the confidences differ from those on validation",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """Attributes: `kind` for machines, `reason` in words with both numbers, `next` what to do."""

    kind: str
    reason: str
    next: str

    def plain(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, from validation.

    Attributes:
        accuracy: None where it is not known.
        abstained: the fraction of abstentions.
    """

    accuracy: float | None = None
    abstained: float = 0.0


def find_alerts(
    figures: Mapping[str, Any],
    drift: Drift | None,
    accuracy: Accuracy | None,
    usual: Usual,
    limits: AlertLimits,
) -> list[Alert]:
    """All alerts, the gravest first.

    Args:
        figures: of the release's requests (`live.figures` with `abstained`).
        drift: None where it was not tested.
        accuracy: on late labels; None without any.
        usual: figures on validation.
        limits: see its fields.
    """
    found = [*_accuracy(accuracy, usual, limits), *_service(figures, usual, limits)]
    if drift is not None and drift.p <= limits.drift:
        odd = [name for name, p in drift.each.items() if p <= limits.drift] or [
            min(drift.each, key=drift.each.__getitem__)
        ]
        reason = f"{'; '.join(_WHAT[name] for name in odd)} (p {drift.p:.3f}, the limit is {limits.drift})"
        found.append(Alert("drift", reason, UPDATE))
    return found


def _accuracy(accuracy: Accuracy | None, usual: Usual, limits: AlertLimits) -> Iterator[Alert]:
    validated = usual.accuracy
    if accuracy is not None and validated is not None and accuracy.high < validated - limits.accuracy_drop:
        reason = (
            f"accuracy on {accuracy.labelled} late labels is {accuracy.value:.3f} "
            f"(95 % interval {accuracy.low:.3f} to {accuracy.high:.3f}), on validation it was {validated:.3f}"
        )
        yield Alert("accuracy", reason, f"go back with leafout rollback SLOT, or {UPDATE}")


def _service(figures: Mapping[str, Any], usual: Usual, limits: AlertLimits) -> Iterator[Alert]:
    requests, answers = figures["requests"], figures["answers"]
    if requests and figures["errors"] > limits.error_fraction * requests:
        reason = (
            f"{figures['errors']} of {requests} requests ended in an error, the limit is {limits.error_fraction:.2%}"
        )
        yield Alert("errors", reason, "look at what the service wrote on stderr, and at leafout doctor")
    slow = figures["milliseconds"]["p95"] if requests else 0.0
    if limits.p95_milliseconds and slow > limits.p95_milliseconds:
        reason = f"95 % of requests take up to {slow:.0f} ms, the limit is {limits.p95_milliseconds:.0f}"
        yield Alert("latency", reason, "export a smaller model (leafout compress), or give the service more cores")
    bound = usual.abstained + limits.abstained_rise
    if answers and figures["abstained"] > bound * answers:
        reason = f"{figures['abstained']} of {answers} answers are abstentions, the limit is {bound:.0%}"
        yield Alert("abstentions", reason, UPDATE)
