"""A list of words that is looked up in a text by the first two characters of each, or its first whole Latin word.

A text in which no pair of characters begins any word is done with after one set intersection, however long the list
is; elsewhere only the places of those pairs are looked at. Time: the length of the text, times the number of different
lengths among words that begin with the same pair.
"""

import re
from collections.abc import Iterable, Iterator
from operator import add

Span = tuple[int, int]
"""First place, and place after the last."""

_FULL_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}
_LATIN_WORD = re.compile("[a-z0-9]+")
_WORD_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def fold(text: str) -> str:
    """A text in lower case and half width, of the same length."""
    narrow = text if text.isascii() else text.translate(_FULL_WIDTH)
    lower = narrow.lower()
    if len(lower) == len(text):
        return lower
    return "".join([char.lower() if len(char.lower()) == 1 else char for char in narrow])


class WordIndex:
    """Words, ready to be found.

    Args:
        words: any; they are folded, and white space at their ends is cut.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(folded for word in words if (folded := fold(word).strip()))
        self._latin: dict[str, list[str]] = {}
        heads: dict[str, set[int]] = {}
        self._single: set[str] = set()
        for word in self._words:
            first = _LATIN_WORD.match(word)
            if first:
                self._latin.setdefault(first[0], []).append(word)
            elif len(word) == 1:
                self._single.add(word)
            else:
                heads.setdefault(word[:2], set()).add(len(word))
        self._lengths = {head: sorted(lengths, reverse=True) for head, lengths in heads.items()}
        self._is_wide = not any(head.isascii() for head in heads)
        for same in self._latin.values():
            same.sort(key=lambda word: (-len(word), word))

    def __bool__(self) -> bool:
        return bool(self._words)

    def __contains__(self, word: str) -> bool:
        return fold(word) in self._words

    def find(self, text: str) -> Iterator[Span]:
        """Where words stand: from first to last, the longest at each place, none overlapping an earlier one."""
        folded = fold(text)
        found: dict[int, int] = {}
        if self._latin:
            self._find_latin(folded, found)
        if self._lengths and not (self._is_wide and folded.isascii()):
            self._find_by_pairs(folded, found)
        for char in self._single & set(folded) if self._single else ():
            for match in re.finditer(re.escape(char), folded):
                found.setdefault(match.start(), match.end())
        last = 0
        for start in sorted(found):
            if start >= last:
                last = found[start]
                yield start, last

    def _find_latin(self, text: str, found: dict[int, int]) -> None:
        for first in self._latin.keys() & set(_LATIN_WORD.findall(text)):
            start = text.find(first)
            while start >= 0:
                if not _goes_on(text, start):
                    for word in self._latin[first]:
                        end = start + len(word)
                        if text.startswith(word, start) and not _goes_on(text, end):
                            found[start] = end
                            break
                start = text.find(first, start + 1)

    def _find_by_pairs(self, text: str, found: dict[int, int]) -> None:
        for head in self._lengths.keys() & set(map(add, text, text[1:])):
            start = text.find(head)
            while start >= 0:
                end = self._end(text, start, self._lengths[head])
                if end > found.get(start, 0):
                    found[start] = end
                start = text.find(head, start + 1)

    def _end(self, text: str, start: int, lengths: list[int]) -> int:
        for length in lengths:
            if text[start : start + length] in self._words and not _goes_on(text, start + length):
                return start + length
        return 0


def _goes_on(text: str, end: int) -> bool:
    """Whether a Latin word or a number is torn at a place."""
    return 0 < end < len(text) and text[end] in _WORD_CHARS and text[end - 1] in _WORD_CHARS
