"""Finds personal data by form, checksum and context, and masks it with placeholders that stay the same in a document.

What a text cannot hold is not looked for (`pii_triggers`); what is found by several forms at once is taken by the most
specific one, then by the longest. All patterns are bounded: the time is linear in the text.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from leafout.text import pii_network, pii_people, pii_places
from leafout.text.pii_numbers import numbers
from leafout.text.pii_rules import PersonalData
from leafout.text.pii_triggers import AT, COLONS, DIGITS, DOTS, HOUSE, PAIRS, STREET, triggers

Found = tuple[int, int, str]
"""First place, place after the last, and the type as the placeholder says it."""


DEFAULT = PersonalData()
_NUMBERS = frozenset({"phone", "id", "old_id", "card", "iban", "ssn"})
_FORMS: tuple[tuple[str, int, Callable[[str], Iterator[Found]]], ...] = (
    ("email", AT, pii_network.emails),
    ("password", AT, pii_network.passwords),
    ("ip", DOTS, pii_network.ipv4s),
    ("ip", COLONS, pii_network.ipv6s),
    ("mac", PAIRS, pii_network.macs),
    ("address", HOUSE, pii_places.chinese_addresses),
    ("address", STREET, pii_places.english_addresses),
    ("passport", 0, pii_people.passports),
    ("plate", 0, pii_people.plates),
    ("birth", 0, pii_people.births),
    ("name", 0, pii_people.names),
)
"""Kind, the question that must be answered with yes (0: none), and how it is found."""
_ORDER = (
    "PASSWORD", "EMAIL", "IBAN", "ID", "CARD", "SSN", "MAC", "IP", "PASSPORT", "PLATE", "BIRTH", "PHONE",
    "ADDRESS", "NAME",
)  # fmt: skip
"""The most specific first."""
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}
_PLACEHOLDER = re.compile(r"<([A-Z]{2,8})_([0-9]{1,9})>")
_LOOSE_PARTS = re.compile(r"[\s()./-]")
_MAX_ROUNDS = 16


def questions(rules: PersonalData = DEFAULT) -> int:
    """The trigger bits that the kinds of some rules depend on; 0 bits cannot rule a text out when a kind has none."""
    wanted = sum({bit for kind, bit, _ in _FORMS if kind in rules.kinds})
    return wanted | (DIGITS if _NUMBERS & set(rules.kinds) else 0)


def needs_all(rules: PersonalData) -> bool:
    """Whether some kind can stand in a text without any trigger."""
    return any(bit == 0 and kind in rules.kinds for kind, bit, _ in _FORMS)


def find(text: str, rules: PersonalData = DEFAULT, *, held: int | None = None) -> list[Found]:
    """Personal data of a text, in order, without overlaps.

    Args:
        text: any text.
        rules: which kinds.
        held: the triggers of the text where they are known already (`corpus.kernels.pii`).
    """
    if held is None:
        held = triggers(text, questions(rules))
    kinds = frozenset(rules.kinds)
    found: list[Found] = []
    for kind, bit, form in _FORMS:
        if kind in kinds and (held & bit or not bit):
            found += form(text)
    if held & DIGITS and kinds & _NUMBERS:
        found += numbers(text, kinds)
    if rules.keep and found:
        kept = {_folded(value) for value in rules.keep}
        found = [part for part in found if _folded(text[part[0] : part[1]]) not in kept]
    return _apart(found, len(text))


def _folded(value: str) -> str:
    return _LOOSE_PARTS.sub("", value).casefold()


def _apart(found: list[Found], num_chars: int) -> list[Found]:
    """Of overlapping parts the most specific, then the longest, then the first."""
    if len(found) < 2:
        return found
    taken = bytearray(num_chars)
    chosen: list[Found] = []
    for part in sorted(found, key=lambda part: (_RANKS[part[2]], part[0] - part[1], part[0])):
        start, end, _ = part
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            chosen.append(part)
    return sorted(chosen)


def mask(text: str, rules: PersonalData = DEFAULT, *, held: int | None = None) -> tuple[str, dict[str, int]]:
    """Replace personal data by `<EMAIL_1>`, `<PHONE_1>` and so on; the same value gets the same placeholder.

    Args:
        text: any text.
        rules: which kinds.
        held: the triggers of the text where they are known already.

    Returns:
        The masked text, and how many places of each type were masked. Masking it again changes nothing.
    """
    masked, counts = _Masking(rules).apply(text, held)
    return masked, dict(counts)


def mask_texts(texts: Sequence[str], rules: PersonalData = DEFAULT) -> tuple[list[str], dict[str, int]]:
    """Mask the texts of one document (a text and its pair, the turns of a dialogue): they share their placeholders."""
    masking = _Masking(rules)
    masking.start_after(texts)
    total: Counter[str] = Counter()
    masked: list[str] = []
    for text in texts:
        clean, counts = masking.apply(text, None)
        masked.append(clean)
        total.update(counts)
    return masked, dict(total)


class _Masking:
    """Placeholders given so far."""

    def __init__(self, rules: PersonalData) -> None:
        self._rules = rules
        self._names: dict[tuple[str, str], str] = {}
        self._last: Counter[str] = Counter()
        self._is_started = False

    def start_after(self, texts: Sequence[str]) -> None:
        """Number after the placeholders that texts hold already."""
        self._is_started = True
        for text in texts:
            for name, number in _PLACEHOLDER.findall(text):
                self._last[name] = max(self._last[name], int(number))

    def apply(self, text: str, held: int | None) -> tuple[str, Counter[str]]:
        counts: Counter[str] = Counter()
        for _ in range(_MAX_ROUNDS):  # what a mask uncovers is masked too
            found = find(text, self._rules, held=held)
            if not found:
                break
            if not self._is_started:
                self.start_after([text])
            parts, end = [], 0
            for start, stop, kind in found:
                parts += [text[end:start], self._placeholder(kind, text[start:stop])]
                counts[kind] += 1
                end = stop
            text, held = "".join([*parts, text[end:]]), None
        return text, counts

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, _folded(value) if kind in {"PHONE", "CARD", "ID", "IBAN", "EMAIL"} else value)
        known = self._names.get(key)
        if known is None:
            self._last[kind] += 1
            known = self._names[key] = f"<{kind}_{self._last[kind]}>"
        return known
