"""The parity certificate: the same inputs through the model and through its release, and what became of the answers.

Legend: N rows, L labels.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafout.compression.labelled import Labelled
from leafout.compression.limits import ParityLimits
from leafout.core.errors import LeafoutError
from leafout.core.run import Run
from leafout.inference.load import Classifier
from leafout.tasks.classify import Classify
from leafout.tasks.example import Example

_MAX_GROUP = 32
_FP32_DIFFERENCE = 1e-3

Logits = NDArray[np.float32]


def certificate(
    model: Classifier, release: Classifier, rows: Labelled, *, limits: ParityLimits, run: Run
) -> dict[str, Any]:
    """Compare a release with the model it was made from.

    Args:
        model: the source, through its own runtime.
        release: the candidate, through the runtime that will serve it.
        rows: of `val`; labels of -1 are left out of the scores.
        limits: how much to measure; see `refuse_beyond` for the bounds.
        run: its seed draws rows and batchings.

    Returns:
        What `parity.json` holds; nothing in it comes from a clock.
    """
    chosen = rows.sample(limits.num_rows, seed=run.seed)
    source_NL = model.logits(model.encode(chosen.texts, chosen.pairs))
    examples = release.encode(chosen.texts, chosen.pairs)
    release_NL = release.logits(examples)
    _refuse_endless(source_NL, model)
    _refuse_endless(release_NL, release)
    places = np.linspace(0, len(examples) - 1, min(limits.flip_rows, len(examples))).round().astype(int)
    flipped = [examples[place] for place in places]
    return {
        "num_rows": len(chosen),
        "agreement": _rounded(float((source_NL.argmax(1) == release_NL.argmax(1)).mean())),
        "largest_logit_difference": _rounded(float(np.abs(source_NL - release_NL).max(initial=0.0))),
        "flip_rate": _rounded(flip_rate(release, flipped, num_batchings=limits.num_batchings, run=run)),
        "flip_rows": len(flipped),
        "num_batchings": limits.num_batchings,
        "model": _scores(source_NL, chosen, release.release.labels),
        "release": _scores(release_NL, chosen, release.release.labels),
        "limits": limits.plain(),
    }


def flip_rate(classifier: Classifier, examples: Sequence[Example], *, num_batchings: int, run: Run) -> float:
    """How often an answer changes with its company.

    Each batching shuffles the rows and cuts them into groups of 1 to 32. An answer is held against the one the text
    gets alone.

    Returns:
        Changed answers over all answers of all batchings.
    """
    alone_N = np.array([int(classifier.logits([example])[0].argmax()) for example in examples])
    random = np.random.default_rng((run.seed, 0xF11B))
    flips = 0
    for batching in range(num_batchings):
        run.progress(batching, num_batchings, unit="batchings", note=f"{flips} answers changed")
        order_N = random.permutation(len(examples))
        first = 0
        while first < len(order_N):
            group = order_N[first : first + int(random.integers(1, _MAX_GROUP + 1))]
            answers = classifier.logits([examples[place] for place in group]).argmax(axis=1)
            flips += int((answers != alone_N[group]).sum())
            first += len(group)
    return flips / (num_batchings * max(len(examples), 1))


def refuse_beyond(found: dict[str, Any], limits: ParityLimits, *, precision: str) -> None:
    """Refuse a release that its certificate does not speak for.

    Raises:
        LeafoutError: naming the first figure beyond its limit, with both numbers.
    """
    hint = "use `precision: fp32`, or widen `parity` in the config if this loss is acceptable"
    if found["agreement"] < limits.agreement:
        message = f"the release agrees with its model on {found['agreement']:.4f} of the rows, at least"
        raise LeafoutError(f"{message} {limits.agreement} is asked for", where="[export.parity.agreement]", hint=hint)
    lost = found["model"].get("accuracy", 0.0) - found["release"].get("accuracy", 0.0)
    if lost > limits.score_drop:
        message = f"the release loses {lost:.4f} of accuracy, at most {limits.score_drop} is allowed"
        raise LeafoutError(message, where="[export.parity.score_drop]", hint=hint)
    if found.get("flip_rate", 0.0) > limits.flip_rate:
        message = f"{found['flip_rate']:.4f} of the answers change with their batch, at most {limits.flip_rate} may"
        raise LeafoutError(message, where="[export.parity.flip_rate]", hint=hint)
    bound = limits.logit_difference or (_FP32_DIFFERENCE if precision == "fp32" else None)
    if bound is not None and found["largest_logit_difference"] > bound:
        message = f"a logit differs by {found['largest_logit_difference']:.5f} from the model's, at most {bound} may"
        raise LeafoutError(message, where="[export.parity.logit_difference]", hint=hint)


def _refuse_endless(logits_NL: Logits, classifier: Classifier) -> None:
    if not np.isfinite(logits_NL).all():
        raise LeafoutError("the model answers with NaN or infinity", where=str(classifier.release.path))


def _scores(logits_NL: Logits, rows: Labelled, labels: tuple[str, ...]) -> dict[str, float]:
    known_N = rows.labels >= 0
    if not known_N.any():
        return {}
    found = Classify(labels=labels, max_tokens=1).score(logits_NL[known_N], rows.labels[known_N])
    return {name: _rounded(value) for name, value in found.items()}


def _rounded(value: float) -> float:
    return round(value, 6)
