"""Stable names for documents, made from what they say."""

import hashlib
from collections import Counter


class StableIds:
    """Names documents by content; a repeat gets an ordinal, so names are unique and independent of the source."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def name(self, *parts: str | None) -> str:
        """The first 16 hexadecimal digits of the sha256 of the parts, and `-2`, `-3` ... for repeats."""
        whole = "\0".join("" if part is None else part for part in parts)
        name = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}-{self._seen[name]}"
