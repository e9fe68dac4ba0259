"""One JSON value a file: a list of rows, an object whose one list holds them, or an object of rows by their keys.

The file is read as a stream: memory holds one row, whatever the file's size.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.json_rows import read_value
from leafout.corpus.readers.opening import detect_encoding, open_bytes
from leafout.corpus.readers.record import ReadOptions, Records, Reject
from leafout.corpus.readers.rows import Rows
from leafout.corpus.readers.strict_json import strict_json

_BLOCK_BYTES = 1 << 18
_BLANKS = re.compile(r"[ \t\r\n]*")
_BEHIND_VALUES = frozenset(" \t\r\n,]}:")
_SCAN = json.JSONDecoder().raw_decode
_PARTS_OF_ROWS = frozenset({"messages", "conversations", "conversation", "chosen", "rejected", "instances", "entities",
                            "spans", "label", "labels", "history", "tools"})  # fmt: skip
"""Lists of objects under these names belong to a row."""


def read_json_list(path: Path, options: ReadOptions) -> Records:
    """The rows of a JSON file; a row that is not strict JSON is rejected alone.

    Raises:
        LeafoutError: where the file as a whole is no JSON.
    """
    rows = Rows(options)
    with open_bytes(path, options) as stream:
        feed = _Feed(stream, options)
        for number, (key, text) in enumerate(_values(feed), 1):
            try:
                value = strict_json(text)
            except ValueError as error:
                yield Reject(number, f"not JSON: {error}"[:200], text[:200])
                continue
            if key is not None and isinstance(value, dict) and not value.keys() & {"id", "key"}:
                value["key"] = key
            yield from read_value(value, number, rows)


def _values(feed: "_Feed") -> Iterator[tuple[str | None, str]]:
    """The text of each row, and its key in an object of rows."""
    first = feed.peek()
    if first == "[":
        yield from ((None, text) for text in feed.elements())
    elif first == "{":
        yield from _of_object(feed)
    else:
        yield None, feed.value()
    if feed.peek():
        raise feed.fault("something stands behind the value")


def _of_object(feed: "_Feed") -> Iterator[tuple[str | None, str]]:
    """The rows in its lists, or the objects in it by their keys, or the object itself."""
    waiting: list[tuple[str, str]] = []
    decided = False
    for key in feed.members():
        if key not in _PARTS_OF_ROWS and feed.list_of_objects():
            decided = True
            yield from ((None, text) for text in feed.elements())
            continue
        text = feed.value()
        if decided and text.startswith("{"):
            yield key, text
            continue
        waiting.append((key, text))
        if len(waiting) > 1 and all(one.startswith("{") for _, one in waiting):
            decided = True
            yield from waiting
            waiting = []
        if sum(len(one) for _, one in waiting) > feed.limit:
            raise feed.fault(f"an object is longer than {feed.limit} characters")
    if decided or not waiting:
        return
    if all(one.startswith("{") for _, one in waiting):
        yield from waiting
    else:
        yield None, "{" + ", ".join(f"{json.dumps(key)}: {text}" for key, text in waiting) + "}"


class _Feed:
    """A JSON text read bit by bit."""

    def __init__(self, stream: IO[bytes], options: ReadOptions) -> None:
        head = stream.read(_BLOCK_BYTES)
        self.limit = options.max_line_bytes
        self._name = options.name
        self._stream = stream
        self._encoding = options.encoding or detect_encoding(head[: 1 << 16])
        self._decode = codecs.getincrementaldecoder(self._encoding)().decode
        self._text, self._place, self._ended = "", 0, False
        self._take(head)

    def fault(self, said: str) -> LeafoutError:
        """What is wrong with the file as a whole."""
        return LeafoutError(f"not JSON: {said}", where=self._name, hint="one object a line is read as `jsonl`")

    def peek(self) -> str:
        """The next character that is not blank; nothing at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._place)
            self._place = blanks.end() if blanks else self._place
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def list_of_objects(self) -> bool:
        """Whether the next value is a list that begins with an object."""
        while self.peek() == "[":
            begins = _BLANKS.match(self._text, self._place + 1)
            place = begins.end() if begins else len(self._text)
            if place < len(self._text):
                return self._text[place] == "{"
            if not self._more():
                break
        return False

    def value(self) -> str:
        """The text of the next value."""
        self.peek()
        while True:
            try:
                _, end = _SCAN(self._text, self._place)
            except (json.JSONDecodeError, RecursionError) as error:
                said = "nested too deep" if isinstance(error, RecursionError) else error.msg
            else:
                if self._text[end : end + 1] in _BEHIND_VALUES or self._ended:
                    text, self._place = self._text[self._place : end], end
                    return text
                said = "a value without end"
            if len(self._text) - self._place > self.limit:
                raise self.fault(f"{said}, or a row longer than {self.limit} characters")
            if not self._more() and said != "a value without end":
                raise self.fault(said)

    def elements(self) -> Iterator[str]:
        """The texts of a list's elements."""
        return (self.value() for _ in self._items("[", "]"))

    def members(self) -> Iterator[str]:
        """The keys of an object; after each its value is to be taken."""
        for _ in self._items("{", "}"):
            if self.peek() != '"':
                raise self.fault("a key is no string")
            key = json.loads(self.value())
            self._expect(":")
            yield key

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        self._expect(opening)
        if self.peek() == closing:
            self._place += 1
            return
        while True:
            yield
            if self.peek() == closing:
                self._place += 1
                return
            self._expect(",")

    def _expect(self, char: str) -> None:
        found = self.peek()
        if found != char:
            raise self.fault(f"`{char}` expected, not `{found}`" if found else "it ends too early")
        self._place += 1

    def _more(self) -> bool:
        """Read on, so much that what waits doubles."""
        if self._ended:
            return False
        self._take(self._stream.read(max(_BLOCK_BYTES, len(self._text) - self._place)))
        return True

    def _take(self, data: bytes) -> None:
        try:
            text = self._decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise self.fault(f"not {self._encoding}: {error.reason}") from None
        self._ended = not data
        self._text, self._place = self._text[self._place :] + text, 0
