"""Words of a text that a vocabulary cuts into pieces, those first that save most tokens.

Words of letters are what stands between other characters, each with the space before it where it has one. Chinese words
are runs of 2 to 6 characters that occur together more often than by chance (pointwise mutual information of their
best two halves) and among many neighbours on both sides (entropy), after the usual unsupervised search for new words;
both bounds keep parts of longer words out.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, models

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_HAN}]{{2,}}")
_WORD = re.compile(f" ?[^\\W\\d_{_HAN}]{{3,40}}")
_MAX_CHARS = 6
_LEAST_COUNT = 5
_LEAST_INFORMATION = 3.0
_LEAST_ENTROPY = 1.2
"""Nats: bounds that keep words and leave fragments out."""
_MAX_TEXT_CHARS = 4_000_000


def find_words(batches: Iterable[Sequence[str]], tokenizer: Tokenizer, *, most: int) -> list[tuple[str, int]]:
    """Words and the tokens that each would save; those first that save most for each entry they need.

    Args:
        batches: of texts; the first 4 million characters are looked at (memory: under 300 MB).
        tokenizer: says how many tokens a word is now.
        most: words at most.
    """
    runs: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    seen = 0
    for batch in batches:
        for text in batch:
            runs.update(_RUN.findall(text))
            letters.update(_WORD.findall(text))
            seen += len(text)
        if seen > _MAX_TEXT_CHARS:
            break
    counts = _chinese(runs) | {word: count for word, count in letters.items() if count >= _LEAST_COUNT}
    words = sorted(counts)
    encoded = tokenizer.encode_batch_fast(words, add_special_tokens=False)
    gains = {word: counts[word] * (len(one) - 1) for word, one in zip(words, encoded, strict=True) if len(one) > 1}

    def worth(word: str) -> int:  # a merge an entry, so that the saving of an entry is the count of its word
        return counts[word] if isinstance(tokenizer.model, models.BPE) else gains[word]

    return [(word, gains[word]) for word in sorted(gains, key=lambda word: (-worth(word), word))[:most]]


def _chinese(runs: Counter[str]) -> dict[str, int]:
    """Runs of characters that are words by the two bounds, with their counts."""
    counts: dict[str, int] = {}
    singles: Counter[str] = Counter()
    for run, times in runs.items():
        for character in run:
            singles[character] += times
    total = sum(singles.values())
    frequent: dict[str, int] = dict(singles)
    for size in range(2, _MAX_CHARS + 1):
        found: Counter[str] = Counter()
        for run, times in runs.items():
            for start in range(len(run) - size + 1):
                if run[start : start + size - 1] in frequent and run[start + 1 : start + size] in frequent:
                    found[run[start : start + size]] += times
        frequent = {word: count for word, count in found.items() if count >= _LEAST_COUNT}
        counts |= frequent
    known = counts | singles
    bound = {word: count for word, count in counts.items() if _information(word, known, total) >= _LEAST_INFORMATION}
    return {word: bound[word] for word in _free(bound, runs)}


def _information(word: str, counts: dict[str, int], total: int) -> float:
    """How much more often a word occurs than its two halves would by chance, for the halves that explain it best."""
    chances = (counts[word[:place]] * counts[word[place:]] for place in range(1, len(word)))
    return math.log(counts[word] * total / max(chances))


def _free(words: dict[str, int], runs: Counter[str]) -> list[str]:
    """The words with many neighbours on both sides."""
    sides: defaultdict[str, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    for run, times in runs.items():
        for start in range(len(run)):
            for end in range(start + 2, min(start + _MAX_CHARS, len(run)) + 1):
                if run[start:end] in words:
                    before, after = sides[run[start:end]]
                    before[run[start - 1] if start else ""] += times
                    after[run[end] if end < len(run) else ""] += times
    return [word for word, both in sides.items() if min(map(_entropy, both)) >= _LEAST_ENTROPY]


def _entropy(neighbours: Counter[str]) -> float:
    """In nats; each border of a run is a neighbour of its own kind."""
    edges = neighbours.pop("", 0)
    total = sum(neighbours.values()) + edges
    spread = -sum(count / total * math.log(count / total) for count in neighbours.values())
    return spread + (edges / total * math.log(total) if edges else 0.0)


def read_words(lines: Iterable[str]) -> list[str]:
    """Words of a file, one a line; empty lines and what follows a tab (a frequency, a tag) are left out."""
    return [word for line in lines if (word := line.split("\t", maxsplit=1)[0].strip())]
