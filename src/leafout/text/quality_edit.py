"""C4's rules on lines as edits that are counted: Raffel et al. 2020, section 2.2.

A dropped line takes its line break with it; blank lines that meet where lines were dropped become one. A text that no
rule touches stays as it is, byte for byte.
"""

import re
from typing import TYPE_CHECKING

from leafout.text.quality_c4 import C4Rules
from leafout.text.quality_chars import FLAGS, QUOTE, SPACE, TERMINAL, WIDE
from leafout.text.quality_limits import LanguageKind, kind_of
from leafout.text.quality_parts import ascii_lower, cut_words

if TYPE_CHECKING:
    from leafout.text.quality import QualityRules

EDITS = ("c4_max_word_chars", "c4_line_ends", "c4_min_line_words", "c4_javascript", "c4_policy", "c4_citations")
"""What is counted: lines dropped by each rule, the first that a line breaks; then marks removed from kept lines."""
JAVASCRIPT = "javascript"
POLICY_PHRASES = (
    "terms of use", "terms of service", "privacy policy", "cookie policy", "uses cookies", "use of cookies",
    "use cookies", "隐私政策", "隱私政策", "隐私权政策", "服务条款", "服務條款", "使用条款", "使用條款", "用户协议",
    "使用cookie",
)  # fmt: skip
CITATION_WORDS = (
    "edit", "citation needed", "编辑", "編輯", "来源请求", "來源請求", "需要引用", "需要引文"
)  # fmt: skip
_CITATION = re.compile(rf"\[(?:[0-9]+|{'|'.join(CITATION_WORDS)})\]")


def edit(text: str, language: str, rules: "QualityRules") -> tuple[str, dict[str, int]]:
    """Drop lines that C4's rules refuse, and citation marks.

    Args:
        text: normalised; a line ends with a line feed.
        language: `zh`, `en` or any other.
        rules: without `c4` nothing is edited.

    Returns:
        The text, and how many lines or marks each of `EDITS` took; those that took none are not named.
    """
    counts: dict[str, int] = {}
    kind = kind_of(language)
    kept: list[str] = []
    blank = False
    for line in [] if rules.c4 is None else text.split("\n"):
        assert rules.c4 is not None
        if not line.strip():
            blank = True
            continue
        left, marks = _without_citations(line, rules.c4, kind)
        reason = line_fault(line, left, rules.c4, kind)
        if reason is not None:
            counts[reason] = counts.get(reason, 0) + 1
            continue
        if marks:
            counts["c4_citations"] = counts.get("c4_citations", 0) + marks
        if blank and kept:
            kept.append("")
        kept.append(left)
        blank = False
    return ("\n".join(kept), counts) if counts else (text, counts)


def _without_citations(line: str, rules: C4Rules, kind: LanguageKind) -> tuple[str, int]:
    return _CITATION.subn("", line) if rules.citations[kind] else (line, 0)


def line_fault(line: str, left: str, rules: C4Rules, kind: LanguageKind) -> str | None:
    """The first rule that a line breaks, or None.

    Args:
        line: not blank.
        left: the same without citation marks.
        rules: C4's.
        kind: the language.
    """
    longest, fewest = rules.max_word_chars[kind], rules.min_line_words[kind]
    lower = ascii_lower(line)
    if longest is not None and longest_run(line) > longest:
        return "c4_max_word_chars"
    if rules.line_ends[kind] and not ends_in_a_mark(left):
        return "c4_line_ends"
    if fewest is not None and len(cut_words(left)[0]) < fewest:
        return "c4_min_line_words"
    if rules.javascript[kind] and JAVASCRIPT in lower:
        return "c4_javascript"
    if rules.policy[kind] and any(phrase in lower for phrase in POLICY_PHRASES):
        return "c4_policy"
    return None


def ends_in_a_mark(line: str) -> bool:
    """Whether a line ends in a full stop, question or exclamation mark or a quotation mark, but not in `...`."""
    bare = line.rstrip()
    return bool(bare) and bool(FLAGS[bare[-1]] & (TERMINAL | QUOTE)) and not bare.endswith("...")


def longest_run(line: str) -> int:
    """The longest run of characters without white space or a character of a script without spaces."""
    longest = run = 0
    for char in line:
        run = 0 if FLAGS[char] & (SPACE | WIDE) else run + 1
        longest = max(longest, run)
    return longest
