"""The conversion rules that a page declares, `-{H|zh-cn:网络;zh-tw:網路}-`, done to all of its text from there on.

As MediaWiki's language converter does it: at each place the longest word that a rule knows is replaced, what stands in
for it is not looked at again, and neither is what another `-{ }-` shows. While brackets are resolved rules are marks in
the text (noncharacters of Unicode), so that each stays where it was declared.
"""

import re
from collections import Counter

from leafout.text.wikitext_variants import VariantRule, declared_rule, variant_text

_RULE, _SHOWN, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_FIRST_NUMBER, _MAX_RULES = 0xF0000, 0xFFF0
_DECLARED = re.compile(f"{_RULE}[{chr(_FIRST_NUMBER)}-{chr(_FIRST_NUMBER + _MAX_RULES)}]")
_MARKS = re.compile(f"{_DECLARED.pattern}|[{_RULE}{_SHOWN}{_END}]")
_GUARDED = f"{_SHOWN}[^{_RULE}{_SHOWN}{_END}]*{_END}"
_MAX_WORD_CHARS = 40
"""Longer words are not looked for, so that the cost of a place has a bound."""


class Glossary:
    """Rules of one page.

    Args:
        variant: the variety that the page is read in.
    """

    def __init__(self, variant: str) -> None:
        self.rules: list[VariantRule] = []
        self._variant = variant

    def show(self, content: str) -> str:
        """What stands in the text for `-{content}-`, with the marks that it needs; declares its rule."""
        content = _MARKS.sub("", content)
        shown = variant_text(content, self._variant)
        guarded = f"{_SHOWN}{shown}{_END}" if shown and self.rules else shown
        return guarded + self.declare(content)

    def declare(self, content: str) -> str:
        """Take the rule of `-{content}-`, if it has one; the mark that stands for it."""
        rule = declared_rule(content, self._variant)
        if rule is None or len(self.rules) == _MAX_RULES:
            return ""
        self.rules.append(rule)
        return _RULE + chr(_FIRST_NUMBER + len(self.rules) - 1)

    def kept(self, before: str, after: str) -> str:
        """What a bracket becomes, with the rules declared inside of it: they hold though it shows nothing of them."""
        there = set(_DECLARED.findall(after))
        return after + "".join(mark for mark in _DECLARED.findall(before) if mark not in there)

    def apply(self, text: str, counts: Counter[str]) -> str:
        """The text with every rule done from its place on, without marks."""
        if not self.rules:
            return text
        counts["variant_rules"] += len(self.rules)
        return _Conversion(self.rules).run(text, counts)


def without_marks(text: str) -> str:
    """Wikitext without the characters that mark rules."""
    return text if text.isascii() else _MARKS.sub("", text)


class _Conversion:
    """The rules that hold at a place, and the words that they look for."""

    def __init__(self, rules: list[VariantRule]) -> None:
        self._rules = rules
        self._words: dict[str, str] = {}
        self._sizes: dict[str, list[int]] = {}
        for rule in rules:
            for word in rule.words:
                if len(word) <= _MAX_WORD_CHARS and len(word) not in self._sizes.setdefault(word[0], []):
                    self._sizes[word[0]].append(len(word))
        for sizes in self._sizes.values():
            sizes.sort(reverse=True)

    def run(self, text: str, counts: Counter[str]) -> str:
        firsts = re.escape("".join(sorted(self._sizes)))
        starts = re.compile(f"{_GUARDED}|{_MARKS.pattern}" + (f"|[{firsts}]" if firsts else ""))
        out: list[str] = []
        place = 0
        while found := starts.search(text, place):
            mark, start = found[0], found.start()
            out.append(text[place:start])
            place = found.end()
            if mark[0] in _RULE + _SHOWN + _END:
                out.append(mark[1:-1])
                if len(mark) == 2 and mark[0] == _RULE:
                    self._begin(self._rules[ord(mark[1]) - _FIRST_NUMBER])
            else:
                word = self._word_at(text, start, mark)
                counts["variant_words"] += self._words.get(word, word) != word
                out.append(self._words.get(word, mark))
                place = start + max(len(word), 1)
        out.append(text[place:])
        return "".join(out)

    def _begin(self, rule: VariantRule) -> None:
        if rule.removes:
            for word in rule.words:
                self._words.pop(word, None)
        else:
            self._words |= rule.words

    def _word_at(self, text: str, start: int, first: str) -> str:
        """The longest word there that a rule knows, or nothing."""
        words = (text[start : start + size] for size in self._sizes[first])
        return next((word for word in words if word in self._words), "")
