"""Which passages of a page are its text.

The text of an article is a cluster: most of a page's prose stands under one box, the core. It is found as the deepest
box that holds most of the prose; prose under boxes whose names say otherwise counts little. In the core, what stands
around and between the paragraphs is told apart by its link density, its names, its first words, and by repetition:
three like boxes of a link and a little prose are teasers. Link density and length are the two features that decide
most (Kohlschuetter, Fankhauser and Nejdl 2010, WSDM, "Boilerplate detection using shallow text features", section 4).
"""

from collections.abc import Callable, Sequence

from leafout.corpus.html.blocks import Box, home_of
from leafout.corpus.html.hints import CHROME, MINOR, TALK
from leafout.corpus.html.passages import MOSTLY_LINK, Passage
from leafout.corpus.html.phrases import has_rights, is_dated, is_furniture

_CORE_SHARE = 0.7
_CHROME_SHARE = 0.25
"""A box with more of the page's prose than this is no furniture, whatever its name."""
_CHROME_FACTOR = 0.3
_STRONG = 90
_CARD_SPAN = 4
"""A teaser has its link at most so many passages before its text."""


def _sums(values: Sequence[tuple[Box, float]]) -> dict[Box, float]:
    sums: dict[Box, float] = {}
    for start, value in values:
        box: Box | None = start
        while box is not None:
            sums[box] = sums.get(box, 0.0) + value
            box = box.parent
    return sums


def _counter(is_one: Callable[[Box], bool], stop: Box | None = None) -> Callable[[Box], int]:
    """Counts the boxes for which something holds, from a box up to `stop` (not counted) or the body."""
    known: dict[Box | None, int] = {None: 0, stop: 0}

    def count(start: Box) -> int:
        chain: list[Box] = []
        box: Box | None = start
        while box not in known:
            chain.append(box)  # type: ignore[arg-type]
            box = box.parent  # type: ignore[union-attr]
        number = known[box]
        for one in reversed(chain):
            number = 0 if one.tag == "blockquote" and not one.flags & TALK else number + is_one(one)
            known[one] = number
        return number

    return count


def choose(passages: list[Passage], described: str = "") -> list[Passage]:
    """The passages that are a page's text.

    Args:
        passages: of the page.
        described: how its own description begins; the passage that begins so is believed to be text.
    """
    raw = _sums([(one.box, one.prose) for one in passages if one.prose])
    total = max(raw.values(), default=0.0)
    if not total:
        return [one for one in passages if one.ends and one.links < 0.5 and not _named(one.box)]

    trusted = _trusted(passages, described)

    def furniture(box: Box) -> bool:
        if box in trusted:
            return False
        return bool(box.flags & TALK) or (bool(box.flags & CHROME) and raw.get(box, 0.0) < _CHROME_SHARE * total)

    chrome = _counter(furniture)
    values = [(one.box, one.prose * _CHROME_FACTOR ** min(chrome(one.box), 4)) for one in passages if one.prose]
    sums = _sums(values)
    whole = max(sums.values())
    core = max((box for box, value in sums.items() if value >= _CORE_SHARE * whole), key=lambda box: box.depth)
    while core.kind in {"p", "li", "pre", "quote"} and core.parent is not None and core.parent.parent is not None:
        core = core.parent
    return _kept(_inside(passages, core), core, furniture)


def _named(box: Box | None) -> bool:
    """Whether a box or one around it has the name of furniture."""
    while box is not None and not box.flags & (CHROME | TALK):
        box = box.parent
    return box is not None


def _trusted(passages: list[Passage], described: str) -> set[Box]:
    """The boxes around the passage that the page's description quotes."""
    found: set[Box] = set()
    if described:
        box = next((one.box for one in passages if one.prose and one.text.startswith(described)), None)
        while box is not None:
            found.add(box)
            box = box.parent
    return found


def _inside(passages: list[Passage], core: Box) -> list[Passage]:
    known: dict[Box | None, bool] = {None: False, core: True}
    found: list[Passage] = []
    for one in passages:
        chain: list[Box] = []
        box: Box | None = one.box
        while box not in known:
            chain.append(box)  # type: ignore[arg-type]
            box = box.parent  # type: ignore[union-attr]
        within = known[box]
        known.update(dict.fromkeys(chain, within))
        if within:
            found.append(one)
    return found


def _kept(inner: list[Passage], core: Box, furniture: Callable[[Box], bool]) -> list[Passage]:
    """The passages of the core that are text; headings stay where text follows them."""
    chrome = _counter(furniture, core)
    minor = _counter(lambda box: bool(box.flags & MINOR), core)
    linked, tables, cards = _linked_lists(inner), _data_tables(inner, core), _cards(inner, core)
    strong = [place for place, one in enumerate(inner) if one.prose >= _STRONG and not chrome(one.box)]
    first, last = (strong[0], strong[-1]) if strong else (0, len(inner) - 1)
    homes = {home_of(inner[place].box) for place in strong}
    kept: list[Passage] = []
    headings: list[Passage] = []
    for place, one in enumerate(inner):
        home = home_of(one.box)
        if chrome(one.box) or one.links >= MOSTLY_LINK or one.box.kind == "figure" or home in linked or place in cards:
            continue
        if one.box.kind in {"h", "h1"}:
            leads = one.box.kind == "h" and place > first and one.links < 0.5 and not is_furniture(one.text)
            headings = [*headings, one] if leads else []
            continue
        beside = home in homes or (home.parent in homes and one.box.kind == "li")
        if _table_of(one.box, core) in tables or _is_text(
            one, minor=minor(one.box) > 0, between=first <= place <= last, beside=beside
        ):
            kept += [*headings, one]
            headings = []
    return kept


def _linked_lists(inner: list[Passage]) -> set[Box]:
    """Lists that are mostly links, unless they are most of the text."""
    chars: dict[Box, float] = {}
    links: dict[Box, float] = {}
    for one in inner:
        if one.box.kind == "li":
            home = home_of(one.box)
            chars[home] = chars.get(home, 0.0) + len(one.text)
            links[home] = links.get(home, 0.0) + len(one.text) * one.links
    whole = sum(len(one.text) for one in inner)
    return {home for home in chars if links[home] > 0.2 * chars[home] and chars[home] < 0.7 * whole}


def _table_of(box: Box, core: Box) -> Box | None:
    """The outermost table around a cell, within the core."""
    found: Box | None = None
    while box is not core and box.parent is not None:
        found = box if box.tag == "table" else found
        box = box.parent
    return found


def _data_tables(inner: list[Passage], core: Box) -> set[Box | None]:
    """Tables of short cells that are not links: figures and facts, no layout."""
    cells: dict[Box | None, list[Passage]] = {}
    for one in inner:
        table = _table_of(one.box, core)
        if table is not None:
            cells.setdefault(table, []).append(one)
    return {
        table
        for table, held in cells.items()
        if len(held) >= 6
        and sum(one.width for one in held) < 60 * len(held)
        and sum(one.links for one in held) < 0.3 * len(held)
    }


def _cards(inner: list[Passage], core: Box) -> set[int]:
    """Places of passages in teasers: three like boxes of a link and a little prose, not most of the text."""
    groups: dict[tuple[str, int], dict[Box, set[int]]] = {}
    link, text = -9, -9
    for place, one in enumerate(inner):
        if one.links >= MOSTLY_LINK:
            link = place
            start = text if place - text == 1 else -1
        elif one.prose:
            text = place
            start = link if place - link <= _CARD_SPAN else -1
        else:
            continue
        if start < 0:
            continue
        card = _around(one.box, inner[start].box)
        if card.depth > core.depth:
            groups.setdefault((card.tag, card.depth), {}).setdefault(card, set()).update(range(start, place + 1))
    whole = sum(one.prose for one in inner)
    found: set[int] = set()
    for cards in groups.values():
        places = set().union(*cards.values())
        prose = [inner[place].prose for place in places if inner[place].prose]
        if len(cards) >= 3 and len(prose) <= 2 * len(cards) and sum(prose) < 0.7 * whole:
            found |= places
    return found


def _around(one: Box, two: Box) -> Box:
    """The innermost box that holds two boxes."""
    while one is not two:
        if one.depth >= two.depth and one.parent is not None:
            one = one.parent
        elif two.parent is not None:
            two = two.parent
    return one


def _is_text(one: Passage, *, minor: bool, between: bool, beside: bool) -> bool:
    short = one.width < 100
    if short and (is_furniture(one.text) or minor):
        return False
    if (short or (one.links and one.width < 250)) and has_rights(one.text):
        return False
    if between:
        return True
    if beside:
        return one.width >= 30 and one.links < 0.5 and not is_furniture(one.text) and not (short and is_dated(one.text))
    return one.ends and one.width >= 30 and not is_furniture(one.text)
