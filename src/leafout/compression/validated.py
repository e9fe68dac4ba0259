"""What a release learns before it leaves: its canary and, from validation rows, languages, thresholds and reference."""

from dataclasses import replace

from leafout.compression.card import language_shares
from leafout.compression.labelled import Labelled, validation
from leafout.compression.thresholds import thresholds
from leafout.inference.canary import write_canary
from leafout.inference.load import Classifier
from leafout.inference.release import Release, write_release

_LEAST_SHARE = 0.01


def with_validation(classifier: Classifier, rows: Labelled, *, abstain_precision: float | None) -> Release:
    """Write languages and thresholds into `release.json`, and the reference for drift beside it.

    Args:
        classifier: the release, through the runtime that will serve it.
        rows: of `val`.
        abstain_precision: see `thresholds`; None sets none.

    Returns:
        The release as it is now.
    """
    examples = classifier.encode(rows.texts, rows.pairs)
    logits_NL = classifier.logits(examples)
    chosen = {}
    if abstain_precision is not None:
        chosen = thresholds(logits_NL, rows.labels, classifier.release.labels, precision=abstain_precision)
    languages = tuple(name for name, share in language_shares(rows).items() if share >= _LEAST_SHARE)
    release = replace(classifier.release, thresholds=chosen, languages=languages)
    write_release(release)
    return release


def write_probes(classifier: Classifier) -> None:
    """Write how the release answers the built-in sentences, for `canary.json`."""
    probes = validation(None, classifier.release)
    examples = classifier.encode(probes.texts, probes.pairs)
    write_canary(classifier.release.path, examples, classifier.logits(examples))
