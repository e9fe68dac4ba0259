"""Annotated newspaper text, `word/tag  word/tag`, as running text.

The format is that of the PFR People's Daily corpus: two spaces between words, `[ ... ]tag` around compound names.
Documents are told apart by blank lines, or where there are none by headings: a short line without a full stop after a
line that ended with one.
"""

import re
from pathlib import Path

from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.plain import LongText
from leafout.corpus.readers.record import ReadOptions, Records, Reject, join_tokens

_HEADING_CHARS = 40
_ENDS = tuple("。！？!?；;：:」』”’…")
_CLOSING = re.compile(r"\][A-Za-z]{1,4}$")


def read_word_tag(path: Path, options: ReadOptions) -> Records:
    """Documents of several paragraphs, the tags left out."""
    article = LongText(options.max_document_bytes)
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            yield item
            continue
        number, line = item
        if not line or line.isspace():
            yield from article.take()
            continue
        words = [_word(piece) for piece in line.split()]
        if None in words:
            yield Reject(number, "not word/tag", line[:200])
            continue
        text = join_tokens([word for word in words if word])
        if article.lines and _is_heading(text) and not _is_heading(article.lines[-1]):
            yield from article.take()
        article.add(number, text)
    yield from article.take()


def _word(piece: str) -> str | None:
    word, slash, tag = _CLOSING.sub("", piece).rpartition("/")
    if not slash or not tag.isalnum():
        return None
    return word.removeprefix("[") if len(word) > 1 else word


def _is_heading(line: str) -> bool:
    return len(line) <= _HEADING_CHARS and not line.endswith(_ENDS)
