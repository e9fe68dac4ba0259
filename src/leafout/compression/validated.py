"""What a release learns before it leaves: its canary and, from validation rows, languages and thresholds.

Legend: N rows, L labels.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leafout.compression.card import language_shares
from leafout.compression.labelled import Labelled, validation
from leafout.compression.thresholds import thresholds
from leafout.inference.canary import write_canary
from leafout.inference.load import Classifier
from leafout.inference.release import Release, write_release

_LEAST_SHARE = 0.01


def with_validation(
    release: Release, rows: Labelled, logits_NL: NDArray[np.float32], *, abstain_precision: float | None
) -> Release:
    """Write languages and thresholds into `release.json`.

    Args:
        release: as it is so far.
        rows: of `val`.
        logits_NL: the release's own, for these rows, through the runtime that will serve it.
        abstain_precision: see `thresholds`; None sets none.

    Returns:
        The release as it is now.
    """
    chosen = {}
    if abstain_precision is not None:
        chosen = thresholds(logits_NL, rows.labels, release.labels, precision=abstain_precision)
    languages = tuple(name for name, share in language_shares(rows).items() if share >= _LEAST_SHARE)
    known = replace(release, thresholds=chosen, languages=languages)
    write_release(known)
    return known


def write_probes(classifier: Classifier) -> None:
    """Write how the release answers the built-in sentences, for `canary.json`."""
    probes = validation(None, classifier.release)
    examples = classifier.encode(probes.texts, probes.pairs)
    write_canary(classifier.release.path, examples, classifier.logits(examples))
