"""The language of a text as an ISO 639-1 code: by its script where that is certain, else by a bundled n-gram model.

Han without kana is Chinese, kana is Japanese, hangul Korean; a Chinese text with foreign words in it stays Chinese as
long as its characters outnumber those words. All else is told by `eldc` (60 languages, its model is inside the package;
it reads the first 1,000 bytes). Nothing is loaded before the first question.

A heading says little of its language ("Phylogeny" is Malay to the model), and of names it says nothing. So a short text
that the model is not sure of is told among the languages that were declared; where none was, a very short one in plain
letters is English. The answer hangs on the text and on what was declared, never on other texts.
"""

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from eldc import Result

NONE = "und"
"""The answer for a text without letters, or in a script that the model does not know."""

_MODEL_CHARS = 1000
_SCRIPT_CHARS = 500
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f"
_HANGUL = "\uac00-\ud7af\u1100-\u11ff\u3131-\u318e"
_EAST_ASIAN = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
_NOT_EAST_ASIAN = re.compile(f"[^{_HAN}{_KANA}{_HANGUL}]+")
_KANA_HANGUL = re.compile(f"[{_KANA}{_HANGUL}]")
_NOT_HANGUL = re.compile(f"[^{_HANGUL}]+")
_NOT_KANA = re.compile(f"[^{_KANA}]+")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")
_NOISE = re.compile(r"https?://\S+|(?<![^\s>])\S+@\S+\.\S+|[@#]\w+|<[^>]{0,200}>")
_OTHER_SCRIPTS = (
    ("si", re.compile("[\u0d80-\u0dff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("bo", re.compile("[\u0f00-\u0fff]")),
    ("dv", re.compile("[\u0780-\u07bf]")),
)
"""Scripts of one language that the model has not learnt."""
_SURE_MIXED_CHARS = 100
_SHORT_LETTERS = 40
"""Texts of fewer are told among the declared languages, unless the model is sure."""
_ENGLISH_LETTERS, _NEARLY_ENGLISH_LETTERS = 12, 16
"""Fewer plain letters are English, unless the model is sure; up to the second if English is in its first three."""
_CHARS_A_LETTER = 2
"""A text with more characters for each of those letters is not looked at: to count letters costs as much as to tell."""


def language(text: str, among: Collection[str] = ()) -> str:
    """The ISO 639-1 code of the language that most of the head of a text is in; `und` for none.

    Args:
        text: any text.
        among: codes of languages that are expected: a text of fewer than 40 letters that the model is not sure of is in
            one of them, if any of them can be. Without them a bare word or two of plain letters counts as English.
    """
    head = text[:_MODEL_CHARS]
    if "@" in head or "://" in head or "<" in head or "#" in head:
        head = _NOISE.sub(" ", head)
    if head.isascii() or not _EAST_ASIAN.search(head, 0, _SCRIPT_CHARS):
        return _by_model(head, among)
    code = _east_asian(head[:_SCRIPT_CHARS]) or _mixed(head, among)
    if code == "zh" and len(head) < _SHORT_LETTERS and "ja" in among and "zh" not in among:
        return "ja"
    return code


def _east_asian(head: str) -> str | None:
    """`zh`, `ja` or `ko` where their characters outnumber the Latin words."""
    own = _NOT_EAST_ASIAN.sub("", head)
    if 3 * len(own) < len(head) and len(own) < len(_LATIN_WORD.findall(head)):
        return None
    if not _KANA_HANGUL.search(own):
        return "zh"
    hangul, kana = len(_NOT_HANGUL.sub("", own)), len(_NOT_KANA.sub("", own))
    if hangul > 0.2 * len(own):
        return "ko"
    return "ja" if kana > 0.1 * (len(own) - hangul) else "zh"


def _mixed(head: str, among: Collection[str]) -> str:
    """Some East Asian characters among more Latin words: the words decide if they are plainly of a language."""
    code = _by_model(_EAST_ASIAN.sub(" ", head), among)
    if code == "en" or len(head) > _SURE_MIXED_CHARS:
        return code
    own = _NOT_EAST_ASIAN.sub("", head)
    return "ja" if _KANA_HANGUL.search(own) else "zh"


def _by_model(head: str, among: Collection[str]) -> str:
    model = _model()
    head = head.replace("\0", " ")
    try:
        code = model.detect(head)
    except UnicodeEncodeError:  # lone surrogates
        head = head.encode("utf-8", "replace").decode()
        code = model.detect(head)
    if code == NONE:
        return _by_other_script(head)
    few = _SHORT_LETTERS if among else _NEARLY_ENGLISH_LETTERS
    if code in (among or ("en",)) or len(head) > _CHARS_A_LETTER * few:
        return code
    return _by_few_letters(head, code, among)


def _by_few_letters(head: str, code: str, among: Collection[str]) -> str:
    """A short text among the declared languages, or English, unless the model is sure of the code it gave."""
    letters = "".join(filter(str.isalpha, head))
    if len(letters) >= (_SHORT_LETTERS if among else _NEARLY_ENGLISH_LETTERS):
        return code
    told = _model().details(head)
    if told.reliable:
        return code
    expected = _model_of(tuple(sorted(among))).detect(head) if among else NONE
    if expected != NONE:
        return expected
    num_letters = _NEARLY_ENGLISH_LETTERS if "en" in told.scores else _ENGLISH_LETTERS
    return "en" if len(letters) < num_letters and letters.isascii() else code


def _by_other_script(head: str) -> str:
    for code, script in _OTHER_SCRIPTS:
        if script.search(head):
            return code
    return "en" if head.isascii() and _LATIN_WORD.search(head) else NONE


class _Model(NamedTuple):
    """The questions that the model answers: a code or `und`; a code with its nearest rivals."""

    detect: Callable[[str], str]
    details: "Callable[[str], Result]"


@cache
def _model() -> _Model:
    return _model_of(())


@lru_cache(maxsize=64)
def _model_of(among: tuple[str, ...]) -> _Model:
    """The model, or what it says when these languages are all that it may answer; it knows nothing of some."""
    import eldc

    eldc.init()
    known = [code for code in among if code in eldc.LANGUAGES]
    model = eldc.instance()
    if known:
        model.set_languages(known)
    elif among:
        return _Model(lambda _: NONE, model.detect_details)
    return _Model(model.detect, model.detect_details)


def languages(texts: Sequence[str], among: Collection[str] = ()) -> list[str]:
    """The language of each text, told by itself; `among` as in `language`."""
    return [language(text, among) for text in texts]


def paragraph_languages(text: str, among: Collection[str] = ()) -> list[tuple[str, str]]:
    """The lines of a text, each with its language; one without letters, also an empty one, is `und`."""
    return [(line, language(line, among)) for line in text.split("\n")]


def in_languages(text: str, wanted: Collection[str]) -> tuple[str, int]:
    """A text without its lines of other languages; lines without letters stay, at most one empty line after another.

    Args:
        text: any text.
        wanted: ISO 639-1 codes; a line too short to say is one of these, if it can be.

    Returns:
        The text, the same where nothing is taken out; how many lines were taken out.
    """
    lines = paragraph_languages(text, wanted)
    kept = [line for line, code in lines if code == NONE or code in wanted]
    if len(kept) == len(lines):
        return text, 0
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n"), len(lines) - len(kept)


def primary(tag: str | None) -> str | None:
    """The language of a tag as sources write them: `en` of `en-US`, `zh` of `zh_Hans_CN`; None where there is none.

    The primary subtag of BCP 47 (RFC 5646, section 2.2.1), in lower case.
    """
    return tag.replace("_", "-").partition("-")[0].strip().lower() or None if tag else None


def coarse(code: str) -> str:
    """`zh` and `en` as they are, `other` for any other code: for tables that have three columns."""
    return code if code in {"zh", "en"} else "other"
