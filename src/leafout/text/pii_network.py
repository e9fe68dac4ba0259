"""Addresses of the net: e-mail, passwords in URLs, IP and MAC addresses."""

import re
from collections.abc import Iterator

from leafout.text.pii_checks import is_ipv4, is_ipv6

Found = tuple[int, int, str]

_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")
_LOCAL_CHARS = 64
_FILE_ENDS = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "py", "sh", "service"})
_PASSWORD = re.compile(r"(?<=://)[^\s/@:<>\"']{1,64}:[^\s/@<>\"']{1,128}(?=@[\w\[])")
_IPV4 = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z])(?!\.[0-9])")
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z:._])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?![0-9A-Za-z:_])"
)
_MAC = re.compile(r"(?<![0-9A-Za-z:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])")
_VERSION = re.compile(r"(?:\bv|\bver\.?|version|release|版本号?|§|第|[A-Za-z]/)[ :：]{0,2}\Z", re.IGNORECASE)
_VERSION_AFTER = re.compile('[”"` ]{0,2}(?:版本?|version|release|章|节)', re.IGNORECASE)


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses: the part before each `@` is read backwards, so that a line of dots costs nothing."""
    at = text.find("@")
    while at >= 0:
        start = at
        while start > 0 and at - start < _LOCAL_CHARS and text[start - 1] in _LOCAL:
            start -= 1
        is_whole = start == 0 or text[start - 1] not in _LOCAL
        while start < at and text[start] in ".-%+":
            start += 1
        domain = _DOMAIN.match(text, at + 1) if is_whole and start < at and text[at - 1] != "." else None
        if (
            domain
            and domain[0].rpartition(".")[2].lower() not in _FILE_ENDS
            and not _is_repository(text, start, domain)
        ):
            yield start, domain.end(), "EMAIL"
        at = text.find("@", at + 1)


def _is_repository(text: str, start: int, domain: re.Match[str]) -> bool:
    """`git@host:owner/name` names a repository, not a person."""
    return text.startswith("git@", start) and text[domain.end() : domain.end() + 1] in {":", "/"}


def passwords(text: str) -> Iterator[Found]:
    """The `user:password` of URLs that carry them."""
    for match in _PASSWORD.finditer(text):
        yield *match.span(), "PASSWORD"


def ipv4s(text: str) -> Iterator[Found]:
    """IPv4 addresses of machines; version numbers, masks and loop-back are none."""
    for match in _IPV4.finditer(text):
        is_version = _VERSION.search(text[max(0, match.start() - 12) : match.start()]) or _VERSION_AFTER.match(
            text, match.end()
        )
        if is_ipv4(match[0]) and not is_version:
            yield *match.span(), "IP"


def ipv6s(text: str) -> Iterator[Found]:
    """IPv6 addresses, also shortened ones."""
    for match in _IPV6.finditer(text):
        if is_ipv6(match[0]):
            yield *match.span(), "IP"


def macs(text: str) -> Iterator[Found]:
    """MAC addresses."""
    for match in _MAC.finditer(text):
        yield *match.span(), "MAC"
