"""Column files of tagged tokens (CoNLL, BIO, BMES, BIOES, IO): a token a line, its tag last, blank lines between."""

import re
from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.record import ReadOptions, Records, Reject, join_tokens

_COMMENT = re.compile(r"#\s*(?:[\w.:-]+(?:\[\w+\])?\s*=|(?:newdoc|newpar)\b)")
_TURN = "-DOCSTART-"


def read_conll(path: Path, options: ReadOptions) -> Records:
    """Sentences with tokens and tags, tags as they stand; `-DOCSTART-` lines and `# name = value` are passed over.

    A sentence is one row: where a line of it is bad, it is one reject, with the line and what is wrong there.
    """
    sentence = _Sentence(options.max_document_bytes)
    for item in read_lines(path, options):
        if isinstance(item, Reject):
            sentence.fault = sentence.fault or item
            continue
        number, line = item
        if not line or line.isspace() or line.startswith(_TURN):
            yield from sentence.take()
        elif not (sentence.is_empty() and _COMMENT.match(line)):
            sentence.add(number, line)
    yield from sentence.take()


class _Sentence:
    """Tokens and tags gathered until a blank line."""

    def __init__(self, limit_bytes: int) -> None:
        self.fault: Reject | None = None
        self._limit = limit_bytes
        self._clear()

    def _clear(self) -> None:
        self.fault = None
        self._tokens: list[str] = []
        self._tags: list[str] = []
        self._first, self._chars = 0, 0

    def is_empty(self) -> bool:
        """Whether no token has come yet."""
        return not self._tokens

    def add(self, number: int, line: str) -> None:
        """Take a line; the first fault of a sentence is the one that counts."""
        cells = line.split("\t") if "\t" in line else line.split()
        self._first = self._first or number
        self._chars += len(line)
        if len(cells) == 1:
            self.fault = self.fault or Reject(number, "no tag column", line[:200])
        elif not cells[0].strip() or not cells[-1].strip():
            self.fault = self.fault or Reject(number, "empty token or tag", line[:200])
        elif "\0" in line:
            self.fault = self.fault or Reject(number, "NUL character", line[:200])
        elif self._chars > self._limit:
            self.fault = self.fault or Reject(self._first, f"sentence too long: over {self._limit} characters")
        if self.fault is None:
            self._tokens.append(cells[0])
            self._tags.append(cells[-1])

    def take(self) -> Records:
        """The sentence, or what was wrong with it; then begin anew."""
        if self.fault is not None:
            yield self.fault
        elif self._tokens:
            text = join_tokens(self._tokens)
            yield Document(text=text, line=self._first, tokens=tuple(self._tokens), tags=tuple(self._tags))
        self._clear()
