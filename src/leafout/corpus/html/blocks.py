"""A page as a list of blocks: runs of text between block-level tags, each with what its place gives away.

One walk over lexbor's tree in document order; nothing here recurses, so depth costs nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from leafout.corpus.html.hints import CHROME, flags_of

_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q ruby rb s samp small span"
    " strike strong sub sup time tt u var wbr nobr"
)
_UNREAD_TAGS = (
    "script style template noscript svg math iframe frame frameset object embed applet canvas audio video map area"
    " select option datalist button textarea input meter progress dialog head title link meta base source track param"
    " nav footer rp rt menu amp-ad amp-sidebar amp-iframe amp-social-share -comment !doctype"
)
_SITE_ROLES = "navigation banner contentinfo search dialog alertdialog menu menubar complementary"
_INLINE = frozenset(_INLINE_TAGS.split())
_NEVER = frozenset(_UNREAD_TAGS.split())
"""Tags whose text is never content."""
_ROLES = frozenset(_SITE_ROLES.split())
_TELLING = frozenset(("hidden", "aria-hidden", "style", "role"))
"""Attributes that may say that an element is not shown or no content; most elements have none of them."""
_STAY = frozenset(("html", "body", "main", "article"))
"""Whole pages and articles: a class such as `has-sidebar` on them says nothing."""

_KINDS = {
    "p": "p", "li": "li", "dd": "li", "dt": "li", "td": "td", "th": "td", "pre": "pre", "blockquote": "quote",
    "figure": "figure", "figcaption": "figure", "caption": "figure",
    "h1": "h1", "h2": "h", "h3": "h", "h4": "h", "h5": "h", "h6": "h",
}  # fmt: skip


BREAK = "\x1e"
"""Stands for `<br>` among the pieces of a block."""

_MAX_DEPTH = 200
"""Boxes deeper than this count as their parent: what follows climbs a tree of bounded height."""


@dataclass(slots=True, eq=False)
class Box:
    """A block-level element, or a link or hidden run in one.

    Attributes:
        tag: its name.
        parent: the box around it; None for the body.
        depth: boxes around it.
        flags: what its class and id say (see `hints`).
        kind: the innermost of `p li td pre quote figure h1 h` at or around it; empty for none.
        link: whether all its text is a link.
        block: the block-level box that its text belongs to; None for itself.
        in_article: whether an `article` is at or around it.
    """

    tag: str
    parent: "Box | None"
    depth: int = 0
    flags: int = 0
    kind: str = ""
    link: bool = False
    block: "Box | None" = None
    in_article: bool = False


@dataclass(slots=True, eq=False)
class Block:
    """A run of text.

    Attributes:
        box: the block-level element that holds it.
        pieces: its text as it stood, and `BREAK`; two breaks with nothing between end a block.
        link_chars: characters of it that are links.
    """

    box: Box
    pieces: list[str] = field(default_factory=list)
    link_chars: int = 0


def blocks_of(body: Any) -> list[Block]:
    """The blocks of a page in reading order, without what is hidden or never content.

    Args:
        body: the `LexborNode` of its body.
    """
    blocks: list[Block] = []
    block: Block | None = None
    tags: dict[int, str] = {}
    parent, node = Box("body", None), body.first_child
    waiting: list[tuple[Any, Box]] = []  # what comes after the elements around the node, and whose children those are
    while node is not None or waiting:
        if node is None:
            node, parent = waiting.pop()
            continue
        number = node.tag_id
        tag = tags.get(number) or tags.setdefault(number, node.tag)
        inner: Box | None = None
        if tag == "-text":
            if block is not None or not node.is_empty_text_node:
                block = _added(node.text_content, parent, block, blocks)
        elif tag == "br":
            block = _broken(block)
        elif tag in _INLINE or (tag not in _NEVER and "-" in tag):
            inner = _inline(node, tag, parent)
        elif tag not in _NEVER:
            block = None
            inner = _box(node, tag, parent)
        if inner is None:
            node = node.next
        else:
            waiting.append((node.next, parent))
            node, parent = node.first_child, inner
    return blocks


def _added(text: str, parent: Box, block: Block | None, blocks: list[Block]) -> Block | None:
    """The block that holds a text: the open one, or a new one where there is none or another box's is open."""
    home = parent.block or parent
    if block is None or block.box is not home:
        if not text or text.isspace():
            return None
        block = Block(home)
        blocks.append(block)
    elif block.pieces[-1] == BREAK and text.isspace():
        return block
    block.pieces.append(text)
    if parent.link:
        block.link_chars += len(text)
    return block


def _broken(block: Block | None) -> Block | None:
    """The block after a `<br>`: the same, or none after two in a row."""
    if block is None or block.pieces[-1] == BREAK:
        return None
    block.pieces.append(BREAK)
    return block


def _inline(node: Any, tag: str, parent: Box) -> Box | None:
    if tag == "a":
        home = parent.block or parent
        return parent if parent.link else Box(tag, home.parent, link=True, block=home)
    if tag == "span":
        attributes = node.attributes
        if not _TELLING.isdisjoint(attributes) and _hidden(attributes):
            return None
    return parent


def _hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if not style or ("none" not in style and "hidden" not in style):
        return False
    tight = style.replace(" ", "").lower()
    return "display:none" in tight or "visibility:hidden" in tight


def _box(node: Any, tag: str, parent: Box) -> Box | None:
    outer = parent.block or parent
    attributes = node.attributes
    if not _TELLING.isdisjoint(attributes) and (_hidden(attributes) or attributes.get("role") in _ROLES):
        return None
    if outer.depth >= _MAX_DEPTH:
        return parent
    in_article = tag == "article" or outer.in_article
    box = Box(tag, outer, outer.depth + 1, 0, _KINDS.get(tag, outer.kind), parent.link, None, in_article)
    if tag == "aside" or (tag == "article" and outer.in_article):
        box.flags = CHROME
    if attributes and tag not in _STAY:
        names = attributes.get("class") or ""
        if "id" in attributes:
            names += f" {attributes['id']}"
        if names:
            box.flags |= flags_of(names)
    return box


def home_of(box: Box) -> Box:
    """The box whose children a run of text and its neighbours are: the list of an item, the parent of a paragraph."""
    if box.kind == "li":
        while box.tag not in {"ul", "ol", "dl"} and box.parent is not None:
            box = box.parent
        return box
    return box.parent if box.kind and box.parent is not None else box
