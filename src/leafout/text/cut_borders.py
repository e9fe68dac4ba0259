"""Where a cut may stand: the whole words or the whole sentences inside a stretch of text."""

import re

_WORD_CHAR = re.compile(r"[^\W\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|['’\-](?=\w)")
"""Letters and digits that join into words; a Chinese, Japanese or Korean character is a word of its own."""
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？!?…]+[”’」』）)]*|\n)\s*")


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The largest stretch inside `start` to `end` that cuts no word; empty where there is none.

    White space before it stays, and spaces after it go with it where there is white space before it or nothing: a cut
    joins no two words and leaves no two spaces.
    """
    while start < end and start > 0 and (text[start].isspace() or _in_word(text, start)):
        start += 1
    while end > start and end < len(text) and _in_word(text, end):
        end -= 1
    if end > start and (start == 0 or text[start - 1].isspace()):
        while end < len(text) and text[end] in " \t\u3000":
            end += 1
    return start, end


def _in_word(text: str, place: int) -> bool:
    """Whether a cut at `place` would part a word."""
    before, after = _WORD_CHAR.match(text, place - 1), _WORD_CHAR.match(text, place)
    return before is not None and after is not None


def whole_sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """The largest stretch of whole sentences and lines inside `start` to `end`; empty where there is none.

    A sentence ends with its mark and the white space after it: `.!?` before white space, `。！？` anywhere, a line end.
    """
    low = max(start - 64, 0)
    ends = [found.end() for found in _SENTENCE_END.finditer(text, low, min(end + 64, len(text)))]
    inside = [place for place in ends if start <= place <= end]
    first = 0 if start == 0 else next(iter(inside), end)
    last = end if end == len(text) else (inside[-1] if inside else first)
    return (first, last) if first < last else (start, start)
