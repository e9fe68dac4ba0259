"""What a word, a line, a paragraph and a sentence are to the quality rules; each is found when a rule asks for it."""

import re
from functools import cached_property

from leafout.text.quality_chars import (
    ALPHA,
    CLOSER,
    FLAGS,
    MARK,
    SPACE,
    TERMINAL,
    WIDE,
    WIDE_TERMINAL,
    WORD,
)
from leafout.text.quality_limits import LanguageKind

MIN_NGRAM_WORDS = 50
"""Repetition of n-grams says little about shorter texts."""
APOSTROPHES = "'’"
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def ascii_lower(text: str) -> str:
    """The text with A to Z made small; other alphabets stay, and so does every length."""
    return text.translate(_ASCII_LOWER)


class Parts:
    """A text seen by the rules.

    Args:
        text: normalised; a line ends with a line feed.
        kind: whose stop words it takes.
        short_line_chars: longest line that counts as short.
        bad_words: as `c4.bad_words` has them.
    """

    def __init__(
        self, text: str, *, kind: LanguageKind = "en", short_line_chars: float = 30, bad_words: tuple[str, ...] = ()
    ) -> None:
        self.text = text
        self.kind: LanguageKind = kind
        self.short_line_chars = short_line_chars
        self.bad_words = bad_words

    @cached_property
    def flags(self) -> list[int]:
        """The bits of each character."""
        return [FLAGS[char] for char in self.text]

    @cached_property
    def dense_chars(self) -> int:
        """Characters other than white space."""
        return len(self.flags) - self.count(SPACE)

    def count(self, bit: int) -> int:
        """Characters that have a bit."""
        return sum(1 for flags in self.flags if flags & bit)

    @cached_property
    def lower(self) -> str:
        """See `ascii_lower`."""
        return ascii_lower(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """Without white space at their ends and none of them empty."""
        return [line for line in map(str.strip, self.text.split("\n")) if line]

    @cached_property
    def paragraphs(self) -> list[str]:
        """Runs of lines with no blank line between them."""
        runs: list[list[str]] = [[]]
        for line in map(str.strip, self.text.split("\n")):
            if line:
                runs[-1].append(line)
            elif runs[-1]:
                runs.append([])
        return ["\n".join(run) for run in runs if run]

    @cached_property
    def sentences(self) -> int:
        """How many sentences the lines hold."""
        return sum(map(num_sentences, self.lines))

    @cached_property
    def _cut(self) -> tuple[list[str], int]:
        return cut_words(self.text)

    @property
    def words(self) -> list[str]:
        """The words, without punctuation and symbols."""
        return self._cut[0]

    @property
    def num_tokens(self) -> int:
        """Words, and symbols that stand alone between white space."""
        return len(self._cut[0]) + self._cut[1]


def duplicates(items: list[str]) -> tuple[int, int]:
    """How many of the items stood before, and their characters."""
    seen: set[str] = set()
    again = [item for item in items if item in seen or seen.add(item)]  # type: ignore[func-returns-value] # None is false
    return len(again), sum(map(len, again))


def num_sentences(line: str) -> int:
    """Sentences of a line; what follows the last full stop counts as one.

    A western full stop ends a sentence before white space, whatever closing quotes or brackets stand between; a
    Chinese one always does. Abbreviations are not known.
    """
    found, body, waiting = 0, False, False
    for char in line:
        flags = FLAGS[char]
        if flags & WIDE_TERMINAL:
            found, body, waiting = found + body, False, False
        elif flags & TERMINAL:
            waiting = body
        elif waiting and flags & SPACE:
            found, body, waiting = found + 1, False, False
        elif not flags & (CLOSER | SPACE):
            body, waiting = True, False
    return found + body


def cut_words(text: str) -> tuple[list[str], int]:
    """The words of a text, and how many symbols it has that stand alone between white space.

    A word is a run of letters, digits and underscores, with combining marks and single apostrophes inside; a character
    of a script without spaces is a word by itself.
    """
    words: list[str] = []
    alone, start, narrow, symbols = 0, -1, False, False
    for place, char in enumerate(text):
        flags = FLAGS[char]
        if start >= 0 and (flags & MARK or (narrow and (flags & (WORD | WIDE)) == WORD)):
            continue
        if start >= 0 and narrow and char in APOSTROPHES:
            after = FLAGS[text[place + 1]] if place + 1 < len(text) else 0
            if (after & (WORD | WIDE)) == WORD:
                continue
        if start >= 0:
            words.append(text[start:place])
            start = -1
        if flags & (WORD | MARK):
            start, narrow, symbols = place, not flags & WIDE, False
        elif flags & SPACE:
            alone, symbols = alone + symbols, False
        elif place == 0 or FLAGS[text[place - 1]] & SPACE:
            symbols = True
    if start >= 0:
        words.append(text[start:])
    return words, alone + symbols


def has_letter(word: str) -> bool:
    """Whether a word holds a letter of any script."""
    return any(FLAGS[char] & ALPHA for char in word)


def occurrences(text: str, phrase: str) -> int:
    """How often a phrase stands in a text, overlapping ones too."""
    return sum(1 for _ in re.finditer(f"(?={re.escape(phrase)})", text))


def word_occurrences(text: str, phrase: str) -> int:
    """How often a phrase stands in a text as words: no letter of a spaced script goes on at either end."""
    found = 0
    for match in re.finditer(f"(?={re.escape(phrase)})", text):
        start, end = match.start(), match.start() + len(phrase)
        left = start > 0 and narrow(phrase[0]) and narrow(text[start - 1])
        right = end < len(text) and narrow(phrase[-1]) and narrow(text[end])
        found += not left and not right
    return found


def narrow(char: str) -> bool:
    """Whether a character belongs to a word of a script with spaces."""
    return bool(FLAGS[char] & (WORD | MARK)) and not FLAGS[char] & WIDE
