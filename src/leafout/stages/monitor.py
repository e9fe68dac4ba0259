"""Monitor: closed segments of a request log become figures, a verdict on drift, alerts, and a queue for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.maintenance.limits import AlertLimits

if TYPE_CHECKING:
    from leafout.inference.release import Release
    from leafout.maintenance.alerts import Usual
    from leafout.maintenance.drift import Drift
    from leafout.maintenance.late_labels import Accuracy
    from leafout.maintenance.live import Answered, Request
    from leafout.maintenance.reference import Seen


class MonitorConfig(Config):
    """Where the log lies, and what is worth an alert."""

    logs: tuple[str, ...]
    """Folders of request logs (`logs/SLOT` in the store) or globs of segments; closed segments alone are read."""
    labels: tuple[str, ...] = ()
    """CSV or JSONL files of labels that came later, with the columns `id` and `label`."""
    last: int = Field(default=0, ge=0)
    """Look at so many of the newest requests alone; 0 looks at all."""
    min_texts: int = Field(default=50, ge=2)
    """Drift is tested from so many distinct texts on."""
    permutations: int = Field(default=999, ge=99, le=100_000)
    """Orders that drift is judged by; the least p is 1 / (permutations + 1)."""
    alerts: AlertLimits = AlertLimits()
    """Beyond what an alert is raised."""
    review: int = Field(default=50, ge=0, le=100_000)
    """Answers to put into the review queue; 0 makes none."""

    @field_validator("logs", "labels", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def outside(self, root: Path) -> dict[str, Path]:
        """The closed segments and the files of labels."""
        return {**self.segments(root), **self.label_files(root)}

    def segments(self, root: Path) -> dict[str, Path]:
        """The closed segments, by name."""
        from leafout.corpus.sources import find_sources
        from leafout.maintenance.live import segments_of

        return segments_of(find_sources(self.logs, root))

    def label_files(self, root: Path) -> dict[str, Path]:
        """The files of late labels, by name."""
        from leafout.corpus.sources import find_sources

        return find_sources(self.labels, root)


@stage(version=1, seeded=True)
def monitor(
    release: Path, rows: Path | None, *, out: Path, config: MonitorConfig, run: Run = QUIET
) -> dict[str, float]:
    """Look at what a service was asked and answered.

    Args:
        release: the release that answered; figures are also given of others in the same log.
        rows: a split whose `val` part drift is measured against when the release holds no reference of its own.
        out: receives `monitor.json`, `review.jsonl` and, where lines are damaged, `notes/damaged.txt`.
        config: see its fields.
        run: its seed draws permutations and the random half of the review queue.

    Returns:
        `requests`, `answers`, `error_fraction`, `p95_milliseconds`, `confidence`, `abstained_fraction`, `drift`,
        `drift_input`, `drift_output` (p-values; 1 where not tested), `drift_tested`, `alarm` (0 or 1), `review`, and
        `accuracy`, `accuracy_low`, `accuracy_high` where there are late labels.

    Raises:
        LeafoutError: when there is no closed segment, or a label file cannot be read.
    """
    from leafout.core.durable import write_json
    from leafout.inference.release import read_release
    from leafout.maintenance.alerts import find_alerts
    from leafout.maintenance.late_labels import live_accuracy, read_labels
    from leafout.maintenance.live import figures
    from leafout.maintenance.review import review_queue, write_queue
    from leafout.serving.releases import identity

    described, (key, digest) = read_release(release), identity(release)
    requests = _requests(config, run, out)
    by_release: dict[str, list[Request]] = {}
    for request in requests:
        by_release.setdefault(request.release, []).append(request)
    own = by_release.get(key, [])
    answers = [answer for request in own for answer in request.answers]
    labels = read_labels(config.label_files(run.root).items())
    accuracy = live_accuracy(answers, labels)
    reference = _reference(described, rows, run)
    drift, untested = _drift(answers, described, reference, config, run)
    found = figures(own) | {"abstained": sum(described.abstains(each.label, each.confidence) for each in answers)}
    alerts = find_alerts(found, drift, accuracy, _usual(described, reference), config.alerts)
    queue = review_queue(answers, described, count=config.review, done=labels, seed=run.seed)
    write_queue(out / "review.jsonl", queue)
    said = {
        "release": {"key": key, "digest": digest},
        "figures": found,
        "other_releases": {name: figures(group) for name, group in sorted(by_release.items()) if name != key},
        "drift": untested if drift is None else drift.plain(),
        "accuracy": None if accuracy is None else accuracy.plain(),
        "alerts": [alert.plain() for alert in alerts],
    }
    write_json(out / "monitor.json", said)
    for alert in alerts:
        run.say(f"{alert.kind}: {alert.reason}; {alert.next}")
    return _metrics(found, drift, accuracy, alarm=bool(alerts), review=len(queue))


def _requests(config: MonitorConfig, run: Run, out: Path) -> "list[Request]":
    from leafout.maintenance.live import NO_SEGMENT_HINT, read_requests

    requests, damaged = read_requests(config.segments(run.root).items())
    if damaged:
        (out / "notes").mkdir(exist_ok=True)
        (out / "notes" / "damaged.txt").write_text("\n".join(damaged) + "\n", encoding="utf-8")
        run.say(f"{len(damaged)} lines of the log are damaged, the first: {damaged[0]}")
    if not requests:
        raise LeafoutError("the log holds no request", where=", ".join(config.logs), hint=NO_SEGMENT_HINT)
    return requests[-config.last :]


def _drift(
    answers: "list[Answered]", release: "Release", reference: "Seen | None", config: MonitorConfig, run: Run
) -> "tuple[Drift | None, dict[str, str]]":
    """What the test found, or why there was none."""
    from leafout.maintenance.drift import measure_drift
    from leafout.maintenance.live import seen_of

    if release.task != "classify":
        return None, {"untested": f"drift is tested for `classify`, the release is for `{release.task}`"}
    live = seen_of(answers, release.labels)
    if len(live) < config.min_texts:
        return None, {"untested": f"{len(live)} distinct texts were answered, at least {config.min_texts} are needed"}
    if reference is None:
        return None, {"untested": "the release holds no reference, and no rows were given to make one from"}
    return measure_drift(live, reference, seed=run.seed, permutations=config.permutations), {}


def _reference(release: "Release", rows: Path | None, run: Run) -> "Seen | None":
    from leafout.compression.labelled import validation
    from leafout.inference.load import load_classifier
    from leafout.maintenance.drift import MAX_ROWS
    from leafout.maintenance.reference import make_reference, read_reference

    found = read_reference(release.path, release.labels)
    if found is not None or rows is None or release.task != "classify":
        return found
    run.say("the release holds no reference for drift: it is made from `val`")
    val = validation(rows, release).sample(MAX_ROWS, seed=run.seed)
    classifier = load_classifier(release.path, device=run.device)
    return make_reference(val.texts, val.pairs, classifier.logits(classifier.encode(val.texts, val.pairs)))


def _usual(release: "Release", reference: "Seen | None") -> "Usual":
    """Accuracy on validation as the release's certificate has it, and how often it abstains there."""
    from leafout.core.plain_json import read_object
    from leafout.maintenance.alerts import Usual

    path = release.path / "parity.json"
    scores = read_object(path).get("release") if path.exists() else None
    accuracy = scores.get("accuracy") if isinstance(scores, dict) else None
    abstained = 0.0
    if reference is not None:
        pairs = zip(reference.labels_N.tolist(), reference.confidence_N.tolist(), strict=True)
        abstained = sum(release.abstains(release.labels[label], sure) for label, sure in pairs) / len(reference)
    return Usual(float(accuracy) if isinstance(accuracy, int | float) else None, abstained)


def _metrics(
    found: Mapping[str, Any], drift: "Drift | None", accuracy: "Accuracy | None", *, alarm: bool, review: int
) -> dict[str, float]:
    answers, requests = max(found["answers"], 1), max(found["requests"], 1)
    metrics = {
        "requests": found["requests"],
        "answers": found["answers"],
        "error_fraction": found["errors"] / requests,
        "abstained_fraction": found["abstained"] / answers,
        "drift": 1.0 if drift is None else drift.p,
        "drift_input": 1.0 if drift is None or drift.p_input is None else drift.p_input,
        "drift_output": 1.0 if drift is None else drift.p_output,
        "drift_tested": float(drift is not None),
        "alarm": float(alarm),
        "review": review,
    }
    if "milliseconds" in found:
        metrics["p95_milliseconds"] = found["milliseconds"]["p95"]
    if "confidence" in found:
        metrics["confidence"] = found["confidence"]["mean"]
    if accuracy is not None:
        metrics |= {"accuracy": accuracy.value, "accuracy_low": accuracy.low, "accuracy_high": accuracy.high}
    return {name: float(value) for name, value in metrics.items()}
