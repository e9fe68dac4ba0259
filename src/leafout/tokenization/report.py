"""What a vocabulary is worth: fertility by language, bytes a token, unknown share, lengths of documents.

Legend: V vocabulary, D documents.
"""

from typing import Any

import numpy as np

from leafout.text.language import coarse
from leafout.tokenization.counts import GROUPS, Counts
from leafout.tokenization.shards import TokenShards

_LIMITS = (128, 256, 512, 1024)


def fertility(counts: Counts) -> dict[str, float]:
    """Tokens a unit by language: a character where no spaces part words, a word between spaces elsewhere."""
    return {
        spoken: round(counts.tokens[spoken] / units, 4) for spoken, units in sorted(counts.units.items()) if units > 0
    }


def coarse_fertility(counts: Counts) -> dict[str, float]:
    """The same for `zh`, `en` and `other`."""
    sums = {group: [0, 0] for group in GROUPS}
    for spoken, units in counts.units.items():
        group = sums[coarse(spoken)]
        group[0], group[1] = group[0] + counts.tokens[spoken], group[1] + units
    return {group: round(tokens / units, 4) for group, (tokens, units) in sorted(sums.items()) if units}


def unknown_fraction(counts: Counts, unk_id: int | None) -> float:
    """Share of tokens that are the unknown one."""
    total = int(counts.ids_V.sum())
    return 0.0 if unk_id is None or not total else round(int(counts.ids_V[unk_id]) / total, 6)


def bytes_per_token(counts: Counts) -> float:
    """UTF-8 bytes of text for each token."""
    return round(counts.text_bytes / max(int(counts.ids_V.sum()), 1), 4)


def describe(counts: Counts, shards: TokenShards, *, unk_id: int | None) -> dict[str, Any]:
    """Everything that was counted of one side, as JSON-ready values."""
    bounds = shards.sentences[shards.documents]
    lengths_D = np.diff(bounds)
    return {
        "documents": shards.num_documents,
        "read_documents": counts.read,
        "emptied_documents": counts.emptied,
        "weightless_documents": counts.weightless,
        "copies": counts.copies,
        "cut_documents": counts.cut_documents,
        "cut_sentences": counts.cut_sentences,
        "sentences": len(shards.sentences) - 1,
        "tokens": len(shards.ids),
        "bytes_per_token": bytes_per_token(counts),
        "unknown_fraction": unknown_fraction(counts, unk_id),
        "ids_used": int((counts.ids_V > 0).sum()),
        "unused_fraction": round(float((counts.ids_V == 0).mean()), 6),
        "documents_by_language": dict(sorted(counts.documents.items())),
        "tokens_by_language": dict(sorted(counts.tokens.items())),
        "fertility": fertility(counts),
        "document_tokens": _quantiles(lengths_D),
        "sentence_tokens": _quantiles(np.diff(shards.sentences)),
        "documents_longer_than": {str(limit): int((lengths_D > limit).sum()) for limit in _LIMITS},
    }


def _quantiles(lengths: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> dict[str, int]:
    if not len(lengths):
        return {}
    found = np.quantile(lengths, (0.5, 0.9, 0.99, 1.0), method="lower").astype(int).tolist()
    return dict(zip(("median", "p90", "p99", "longest"), found, strict=True))
