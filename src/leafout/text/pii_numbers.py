"""Numbers that belong to a person: identity numbers, cards, phones, IBAN, social security; found by form and checksum.

A text is first cut into runs of digits and separators; the forms are tried inside a run only. Every pattern is bounded,
so that the time is linear in the text.
"""

import re
from collections.abc import Callable, Iterator

from leafout.text.pii_checks import IBAN_CHARS, is_card, is_chinese_id, is_iban, is_old_chinese_id

Found = tuple[int, int, str]
"""First place, place after the last, kind."""

_RUN = re.compile(r"[+(0-9][0-9 .()/+-]{6,}+")
_TAIL_CHARS = 24
_CONTEXT_CHARS = 40

_BEFORE = r"(?<![0-9A-Za-z_])(?<![0-9A-Za-z][-./_])"
_AFTER = r"(?![0-9A-Za-z_])(?!\.[0-9])(?!-[0-9])"
_SPACED = r"(?![0-9A-Za-z_])"


def _form(pattern: str, *, after: str = _AFTER) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{pattern}){after}")


_ID = _form(r"[1-9][0-9]{5}[ -]?(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx]")
_OLD_ID = _form(r"[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}")
_CARD = _form(
    r"[0-9]{12,19}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?|[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5}"
    r"|[0-9]{6}[ -][0-9]{10,13}"
)
_SSN = _form(r"(?!000|666|9[0-9]{2})[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_EXTENDED = r" ?(?:x|ext\.? ?|转)[0-9]{1,5}"
_EXTENSION = f"(?:{_EXTENDED})?"
_MOBILE = _form(r"(?:(?:\(?\+|00)?86\)?[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}", after=r"(?![0-9A-Za-z_])(?!\.[0-9])")
_LANDLINE = _form(
    r"(?:\(0(?:10|2[0-9]|[3-9][0-9]{2})\) ?|0(?:10|2[0-9]|[3-9][0-9]{2})[ -])[2-9][0-9]{2,3}[ -]?[0-9]{4}"
    r"(?:-[0-9]{1,5}|" + _EXTENDED + r")?|[48]00-[0-9]{3}-[0-9]{4}"
)
_ABROAD = re.compile(
    r"(?<![0-9A-Za-z_+])\(?\+[1-9][0-9]{0,2}\)?[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?[0-9](?:[ ./-]{0,2}[0-9]){5,13}"
    + _EXTENSION
    + _SPACED
)
_AMERICAN = _form(
    r"(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}" + _EXTENSION, after=_SPACED
)
_DIALLED = _form(r"00[1-9](?:[ .()/-]{1,2}[0-9]{1,4}){2,5}" + _EXTENSION, after=_SPACED)
_NATIONAL = _form(r"0[0-9]{1,4}(?:([ ./-])[0-9]{2,4})(?:\1[0-9]{2,4}){1,4}|0[0-9]{2,4}[ /-][0-9]{6,8}", after=_AFTER)
_LOOSE = _form(r"(?<![0-9][+*=×])\(?[0-9](?:[ .()/-]{0,2}[0-9]){6,14}" + _EXTENSION, after=_SPACED)

_PHONE_WORD = re.compile(
    r"(?<![A-Za-z])(?:phone|tele?(?:phone)?|mobile|cell(?:phone)?|call(?:s|ed|ing)?|fax|contact|dial|whatsapp|sms|texts?"
    r"|messages?|hotline|desk|office|answer(?:s|ing)?|reach|home|work|my (?:\w+ )?number)(?![A-Za-z])"
    r"|电话|手机|联系|致电|拨打|传真|热线|座机|固话|来电|短信|微信|客服|电联",
    re.IGNORECASE,
)
_PHONE_WORD_AFTER = re.compile(r"[ \t,(\\-]{0,3}(?:office|fax|mobile|cell|tel|home|work|desk)\b", re.IGNORECASE)
_OTHER_WORD = re.compile(
    r"(?:(?<![A-Za-z])(?:order|invoice|account|acct|card|isbn|issn|doi|id|version|serial|model|part|ticket|tracking|case|batch"
    r"|sku|upc|ean|patent|rfc)s?(?![A-Za-z])(?: (?:number|no\.?|id))?"
    r"|订单号?|单号|编号|流水号?|序列号|运单号?|书号|专利号?|型号|版本号?"
    r"|账号|帐号|批号|学号|卡号|条形码|商品码|文号|货号|批次|QQ群?|#)[^\w\n]{0,3}(?:is |为|是)?[^\w\n]{0,2}\Z",
    re.IGNORECASE,
)
_CARD_WORD = re.compile(r"card|\bcc\b|visa|master|卡|支付|payment", re.IGNORECASE)
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}([-./ ])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2(?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2} ?- ?(?:19|20)[0-9]{2}"
)
_IN_URL = re.compile(r"(?:://|www\.|\?)[!-~]*[=&?/#%]\Z")
_FRACTION = re.compile(r"[0-9]+\.[0-9]+")
_BINARY = frozenset("01 ")
_NOT_DIGIT = re.compile("[^0-9]")


def numbers(text: str, kinds: frozenset[str]) -> Iterator[Found]:
    """Identity numbers, cards, social security numbers and phones of a text; they may overlap."""
    if "iban" in kinds:
        yield from _ibans(text)
    for run in _RUN.finditer(text):
        start, end = run.span()
        num_digits = len(_NOT_DIGIT.sub("", run[0]))
        if num_digits >= 15 and "id" in kinds:
            yield from _checked(_ID, text, start, end, "ID", is_chinese_id)
        if num_digits >= 15 and "old_id" in kinds:
            yield from _checked(_OLD_ID, text, start, end, "ID", is_old_chinese_id)
        if num_digits >= 12 and "card" in kinds:
            yield from _cards(text, start, end)
        if num_digits >= 9 and "ssn" in kinds:
            yield from ((*match.span(), "SSN") for match in _within(_SSN, text, start, end))
        if num_digits >= 7 and "phone" in kinds:
            yield from _phones(text, start, end)


def _within(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    for match in pattern.finditer(text, start, min(len(text), end + _TAIL_CHARS)):
        if match.start() >= end:
            return
        yield match


def _checked(
    pattern: re.Pattern[str], text: str, start: int, end: int, kind: str, check: Callable[[str], bool]
) -> Iterator[Found]:
    for match in _within(pattern, text, start, end):
        if check(match[0].replace(" ", "").replace("-", "")):
            yield *match.span(), kind


def _cards(text: str, start: int, end: int) -> Iterator[Found]:
    for match in _within(_CARD, text, start, end):
        if not is_card(match[0]) or _is_fraction(text, match.start()):
            continue
        before = text[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
        if _CARD_WORD.search(before) or (match.end() - match.start() > 13 and not _OTHER_WORD.search(before)):
            yield *match.span(), "CARD"


def _is_fraction(text: str, start: int) -> bool:
    return start >= 2 and text[start - 1] in ".," and text[start - 2] in "0123456789"


def _phones(text: str, start: int, end: int) -> Iterator[Found]:
    for pattern in (_MOBILE, _ABROAD, _LANDLINE, _AMERICAN, _DIALLED, _NATIONAL, _LOOSE):
        for match in _within(pattern, text, start, end):
            if _is_phone(text, match, pattern):
                yield *match.span(), "PHONE"


def _is_phone(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    num_digits = len(_NOT_DIGIT.sub("", match[0]))
    if pattern is _ABROAD:
        return 8 <= num_digits <= 20
    if pattern is _NATIONAL and not 9 <= num_digits <= 12:
        return False
    before = text[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
    if _OTHER_WORD.search(before) or _IN_URL.search(before):
        return False
    if pattern in {_NATIONAL, _LOOSE, _DIALLED} and _is_other(match[0]):
        return False
    if pattern is not _LOOSE:
        return True
    return bool(_PHONE_WORD.search(before) or _PHONE_WORD_AFTER.match(text, match.end()))


def _is_other(value: str) -> bool:
    """Whether loosely formed digits are a date, years, a fraction or bits."""
    return bool(_DATE.search(value) or _FRACTION.fullmatch(value)) or set(value) <= _BINARY


_IBAN_HEAD = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?= ?[0-9A-Z]{4})")


def _ibans(text: str) -> Iterator[Found]:
    for head in _IBAN_HEAD.finditer(text):
        length = IBAN_CHARS.get(head[0][:2])
        if length is None:
            continue
        start = end = head.start()
        chars: list[str] = []
        while len(chars) < length and end < len(text) and text[end] in _IBAN_ALPHABET:
            if text[end] != " ":
                chars.append(text[end])
            end += 1
        if is_iban("".join(chars)) and (end == len(text) or not (text[end].isascii() and text[end].isalnum())):
            yield start, end, "IBAN"


_IBAN_ALPHABET = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ")
