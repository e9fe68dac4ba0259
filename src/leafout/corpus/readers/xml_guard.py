"""An XML parser that cannot be made to expand, to fetch or to hoard: expat behind limits."""

from typing import Any
from xml.parsers import expat

_MAX_TOKEN_BYTES = 4 << 20
_MAX_DEPTH = 256


class RefusedXml(Exception):
    """The document asks for something that no honest one needs; the message says what."""


class GuardedParser:
    """Expat that refuses entities, and stops at endless tags and bottomless nesting.

    No entity is ever expanded beyond XML's own five and character references, nothing is ever fetched; a tag, comment
    or attribute over 4 MiB and nesting over 256 levels are refused. Memory: what one chunk and one such tag take.

    Args:
        start: called with name and attributes of an element.
        end: called with the name of an element that ends.
        text: called with character data; may be exchanged any time through `parser.CharacterDataHandler`.
        doctype: whether a document type may be declared; what it declares is refused all the same.
        separator: between namespace and name; None leaves prefixes as they are.
        encoding: what the bytes are in; None believes the document.
    """

    def __init__(
        self,
        *,
        start: Any,
        end: Any,
        text: Any,
        doctype: bool,
        separator: str | None = None,
        encoding: str | None = None,
    ) -> None:
        self.parser = expat.ParserCreate(encoding, separator)
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = text
        self.parser.EntityDeclHandler = _refuse_entity
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        if not doctype:
            self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self._on_start, self._on_end = start, end
        self._depth, self._fed = 0, 0

    def feed(self, data: bytes | str, *, last: bool = False) -> None:
        """Parse more.

        Raises:
            RefusedXml: see the class.
            xml.parsers.expat.ExpatError: when it is no well-formed XML.
        """
        self._fed += len(data)
        self.parser.Parse(data, last)
        if self._fed - self.parser.CurrentByteIndex > _MAX_TOKEN_BYTES + len(data):
            raise RefusedXml(f"a tag or comment is longer than {_MAX_TOKEN_BYTES} bytes")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RefusedXml(f"elements are nested deeper than {_MAX_DEPTH}")
        self._on_start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._on_end(name)


def _refuse_entity(name: str, *_: object) -> None:
    raise RefusedXml(f"it declares the entity `{name[:40]}`")


def _refuse_doctype(*_: object) -> None:
    raise RefusedXml("it declares a document type")
