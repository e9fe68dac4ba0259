"""The reference for drift: what validation rows and a release's answers to them look like, without a word of them.

`reference.safetensors` holds hashed features, answers and confidences of distinct texts; `reference.json` says how they
were made.

Legend: N texts, D buckets, L labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.maintenance.features import BUCKETS, MAX_CHARS, SIZES, features
from leafout.tasks.classify import softmax
from leafout.text.pii import mask

ARRAYS = "reference.safetensors"
ABOUT = "reference.json"
_FORM = {"version": 1, "buckets": BUCKETS, "characters": list(SIZES), "max_chars": MAX_CHARS}
_MAX_BYTES = 1 << 30
_AGAIN = "export the release again"


@dataclass(frozen=True, slots=True)
class Seen:
    """Texts and the answers to them, one row each.

    Attributes:
        features_ND: of `features`; None where texts are not known.
        labels_N: the index of each answer.
        confidence_N: of each answer, 0 to 1.
    """

    features_ND: NDArray[np.int8] | None
    labels_N: NDArray[np.int32]
    confidence_N: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels_N)

    def at(self, places_M: NDArray[np.integer]) -> "Seen":
        """Some of the rows."""
        chosen = None if self.features_ND is None else self.features_ND[places_M]
        return Seen(chosen, self.labels_N[places_M], self.confidence_N[places_M])


def joined(texts: Sequence[str], pairs: Sequence[str] | None) -> list[str]:
    """Texts as the request log has them: the two of a pair with a tab between, personal data masked."""
    whole = texts if pairs is None else [f"{a}\t{b}" for a, b in zip(texts, pairs, strict=True)]
    return [mask(text)[0] for text in whole]


def distinct(texts: Sequence[str]) -> NDArray[np.int64]:
    """The place of the first of each text; repeats are no independent rows, and tests of drift need those."""
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(text, place)
    return np.fromiter(first.values(), np.int64, len(first))


def make_reference(texts: Sequence[str], pairs: Sequence[str] | None, logits_NL: NDArray[np.floating]) -> Seen:
    """The reference of a release.

    Args:
        texts: of validation rows.
        pairs: their second texts, for a task that has them.
        logits_NL: the release's own.
    """
    whole = joined(texts, pairs)
    places = distinct(whole)
    probabilities_NL = softmax(logits_NL[places])
    return Seen(
        features([whole[place] for place in places]),
        probabilities_NL.argmax(axis=1).astype(np.int32),
        probabilities_NL.max(axis=1).astype(np.float32),
    )


def write_reference(folder: Path, reference: Seen, labels: Sequence[str]) -> None:
    """Write `reference.safetensors` and `reference.json` into a release's folder."""
    from safetensors.numpy import save_file

    assert reference.features_ND is not None
    arrays = {
        "features": reference.features_ND,
        "labels": reference.labels_N,
        "confidence": reference.confidence_N,
    }
    save_file({name: np.ascontiguousarray(values) for name, values in arrays.items()}, folder / ARRAYS)
    write_json(folder / ABOUT, _FORM | {"rows": len(reference), "labels": list(labels)})


def read_reference(folder: Path, labels: Sequence[str]) -> Seen | None:
    """The reference of a release; None where it has none.

    Args:
        folder: of the release.
        labels: its labels, which the reference must have been made with.

    Raises:
        LeafoutError: when it is damaged, or was made in another way.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    from leafout.core.plain_json import read_object

    path = folder / ARRAYS
    if not path.exists():
        return None
    about = read_object(folder / ABOUT)
    if {name: about.get(name) for name in _FORM} != _FORM or about.get("labels") != list(labels):
        message = "the reference for drift was made in another way, or for other labels"
        raise LeafoutError(message, where=str(folder / ABOUT), hint=_AGAIN)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes, the limit is {_MAX_BYTES}")
        arrays = load_file(path)
        reference = Seen(arrays["features"], arrays["labels"], arrays["confidence"])
        _check(reference, len(labels))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise LeafoutError(f"the reference for drift is damaged: {error}", where=str(path), hint=_AGAIN) from None
    return reference


def _check(reference: Seen, num_labels: int) -> None:
    found, size = reference.features_ND, len(reference)
    if found is None or found.shape != (size, BUCKETS) or found.dtype != np.int8:
        raise ValueError("`features` is of another shape or type")
    if reference.labels_N.dtype != np.int32 or reference.labels_N.shape != (size,) or not size:
        raise ValueError("`labels` is of another shape or type")
    if reference.labels_N.min() < 0 or reference.labels_N.max() >= num_labels:
        raise ValueError(f"`labels` has an index outside 0 to {num_labels - 1}")
    confidence_N = reference.confidence_N
    if confidence_N.shape != (size,) or not ((confidence_N >= 0) & (confidence_N <= 1)).all():
        raise ValueError("`confidence` has a value outside 0 to 1")
