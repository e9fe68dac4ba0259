"""Brackets of wikitext that nest: templates `{{ }}`, tables `{| |}`, links `[[ ]]` and language variants `-{ }-`.

One scan with a stack. Each bracket's text is joined once when it closes; brackets deeper than MediaWiki itself expands
are dropped, so that the cost stays linear in the length of the page.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from leafout.text.wikitext_glossary import Glossary, without_marks
from leafout.text.wikitext_lines import HOLE
from leafout.text.wikitext_links import link_text
from leafout.text.wikitext_templates import note_rules, template_text

_TOKEN = re.compile(r"\{\{*\|?|\}\}(?=-\{)|\}\}*-?|\|(?:\}\}(?=-\{)|\}+-?)?|\[\[|\]\]+|-\{+\|?")
"""Each alternative begins with a plain character: that lets `re` skip everything else quickly. `}}-{` ends a template
and begins a variant."""
_SIMPLE_LINK = re.compile(r"\[\[(?:[^\[\]{}|:\n]*\|)?([^\[\]{}|:\n]*[^\[\]{}|:\s])\]\]")
"""A link without a prefix and with nothing nested in it; four of five are."""
_MAX_DEPTH = 100
"""As `$wgMaxPPExpandDepth` of MediaWiki."""
_MAX_NAME_CHARS = 200
_BRACES, _LINK, _TABLE, _VARIANT = "unclosed_templates", "unclosed_links", "unclosed_tables", "unclosed_variants"


@dataclass(slots=True)
class _Open:
    """A bracket that waits for its end.

    Attributes:
        kind: what it is.
        start: the first piece of output inside it.
        braces: how many `{` wait to be closed.
        pipes: which pieces of output are `|` that part it.
    """

    kind: str
    start: int
    braces: int = 0
    pipes: list[int] = field(default_factory=list)


def resolve_brackets(text: str, counts: Counter[str], *, variant: str, dropped_namespaces: frozenset[str]) -> str:
    """The text with every nested bracket replaced by what a reader sees of it.

    Args:
        text: wikitext without comments and opaque tags.
        counts: receives how many of each kind were dropped or rewritten.
        variant: of Chinese, for `-{ }-`; empty where the language has none.
        dropped_namespaces: prefixes of links that show no text, in lower case.
    """
    text = _SIMPLE_LINK.sub(r"\1", without_marks(text) if variant else text)
    scan = _Scan(text, counts, variant, dropped_namespaces)
    place = 0
    out = scan.out
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if start > place:
            out.append(text[place:start])
        place = end
        mark = found[0]
        if mark == "|":
            scan.pipe()
        elif mark == "[[":
            scan.open(_LINK)
        elif mark[0] == "]":
            scan.close_links(len(mark))
        elif "{" in mark:
            scan.open_braces(mark, start)
        else:
            scan.close_braces(mark, start)
    out.append(text[place:])
    return scan.finish()


class _Scan:
    """Output so far and the brackets still open."""

    def __init__(self, text: str, counts: Counter[str], variant: str, dropped: frozenset[str]) -> None:
        self.out: list[str] = []
        self._text, self._counts, self._variant, self._dropped = text, counts, variant, dropped
        self._glossary = Glossary(variant)
        self._stack: list[_Open] = []
        self._waiting: Counter[str] = Counter()

    def open(self, kind: str, braces: int = 0) -> None:
        self._stack.append(_Open(kind, len(self.out), braces))
        self._waiting[kind] += 1

    def pipe(self) -> None:
        """A pipe parts the innermost bracket."""
        if self._stack and self._stack[-1].kind != _TABLE:
            self._stack[-1].pipes.append(len(self.out))
        self.out.append("|")

    def open_braces(self, token: str, start: int) -> None:
        braces = token.count("{")
        dash, pipe = token[0] == "-", token[-1] == "|"
        if dash and self._variant and braces in {1, 3}:
            self.open(_VARIANT)
            braces -= 1
        elif dash:
            self.out.append("-")
        if braces == 1 and pipe and not dash and self._at_line_start(start):
            self.open(_TABLE)
            return
        if braces >= 2:
            self.open(_BRACES, braces)
        elif braces:
            self.out.append("{")
        if pipe:
            self.pipe()

    def close_braces(self, token: str, start: int) -> None:
        braces = token.count("}")
        if token[0] == "|":
            if self._waiting[_TABLE] and self._at_line_start(start) and (braces == 1 or self._top() == _TABLE):
                self._close_table()
                braces -= 1
            else:
                self.pipe()
        while braces >= 2 and self._waiting[_BRACES]:
            braces -= self._close_template(braces)
        dash = token[-1] == "-"
        if braces and dash and self._waiting[_VARIANT]:
            self._close_variant()
            braces, dash = braces - 1, False
        if braces == 1:
            self.out.append("}")
        elif braces:
            self._counts["stray_brackets"] += 1
        if dash:
            self.out.append("-")

    def close_links(self, count: int) -> None:
        if count % 2:
            self.out.append("]")
        for _ in range(count // 2):
            if self._top() != _LINK:
                self._counts["stray_brackets"] += 1
                continue
            link = self._pop(_LINK)
            shown = ""
            if self._shallow():
                target, label = self._target_and_label(link)
                shown = link_text(target, label, self._dropped, self._counts)
            self._put(link.start, shown)

    def finish(self) -> str:
        """The output; of brackets that were never closed the text stays, but for rows of tables and parameters."""
        broken = next((one for one in self._stack if one.kind in {_TABLE, _BRACES}), None)
        for one in self._stack:
            self._counts[one.kind] += 1
        if broken is not None:
            lines = "".join(self.out[broken.start :]).split("\n")
            kept = [
                line for number, line in enumerate(lines) if not line.lstrip(" :").startswith(("|", "!")) or not number
            ]
            self._put(broken.start, "\n".join(kept))
        return self._glossary.apply("".join(self.out), self._counts)

    def _top(self) -> str:
        return self._stack[-1].kind if self._stack else ""

    def _pop(self, kind: str) -> _Open:
        """The innermost bracket of a kind; brackets opened after it were never closed."""
        while True:
            one = self._stack.pop()
            self._waiting[one.kind] -= 1
            if one.kind == kind:
                return one
            self._counts[one.kind] += 1

    def _shallow(self) -> bool:
        if len(self._stack) < _MAX_DEPTH:
            return True
        self._counts["too_deep"] += 1
        return False

    def _put(self, start: int, text: str) -> None:
        if self._glossary.rules and len(self._stack) < _MAX_DEPTH:
            text = self._glossary.kept("".join(self.out[start:]), text)
        del self.out[start:]
        if text:
            self.out.append(text)

    def _close_table(self) -> None:
        table = self._pop(_TABLE)
        self._counts["tables"] += 1
        self._put(table.start, "")

    def _close_template(self, braces: int) -> int:
        """Close as many braces as match, and say how many: three are a parameter, two a template."""
        one = self._pop(_BRACES)
        matched = 3 if one.braces >= 3 and braces >= 3 else 2
        shown = noted = ""
        if matched == 2 and self._shallow():
            shown, noted = self._template(one)
        self._counts["templates_kept" if shown else "templates"] += 1
        self._put(one.start, (shown or HOLE) + noted)
        left = one.braces - matched
        if left >= 2:
            self.open(_BRACES, left)
            self._stack[-1].start = one.start
        return matched

    def _template(self, one: _Open) -> tuple[str, str]:
        """What a template shows, and the marks of rules that it declares."""
        ends = [*one.pipes, len(self.out)]
        name = "".join(self.out[one.start : ends[0]])
        if len(name) > _MAX_NAME_CHARS and len(ends) == 1:
            return "", ""

        def arguments() -> list[str]:
            parts = zip(one.pipes, ends[1:], strict=True)
            return ["".join(self.out[start + 1 : end]) for start, end in parts]

        noted = note_rules(name, arguments) if self._variant else []
        return template_text(name, arguments), "".join(self._glossary.declare(f"H|{rule}") for rule in noted)

    def _close_variant(self) -> None:
        one = self._pop(_VARIANT)
        self._counts["variants"] += 1
        content = "".join(self.out[one.start :]) if self._shallow() else ""
        self._put(one.start, self._glossary.show(content))

    def _target_and_label(self, link: _Open) -> tuple[str, str | None]:
        if not link.pipes:
            return "".join(self.out[link.start :]), None
        return "".join(self.out[link.start : link.pipes[0]]), "".join(self.out[link.pipes[0] + 1 :])

    def _at_line_start(self, place: int) -> bool:
        while place and self._text[place - 1] in " \t:*#":
            place -= 1
        return place == 0 or self._text[place - 1] == "\n"
