"""The language of a text by its scripts: Chinese, English or other. A model can take this place later."""

import re

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_OTHER_LETTER = re.compile("[\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0fff]")
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "it",
        "as",
        "was",
        "with",
        "be",
        "by",
        "on",
        "not",
        "he",
        "his",
        "but",
        "at",
        "are",
        "this",
        "have",
        "from",
        "or",
        "had",
        "an",
        "they",
        "which",
        "one",
        "you",
        "were",
        "all",
        "her",
        "she",
        "there",
        "would",
        "their",
        "we",
        "him",
        "been",
        "has",
        "when",
        "who",
        "will",
        "no",
        "more",
        "if",
        "out",
        "so",
        "up",
        "what",
        "its",
        "about",
        "into",
        "than",
        "them",
        "can",
        "only",
        "other",
        "new",
        "some",
        "could",
        "time",
        "these",
        "two",
        "may",
        "then",
        "do",
        "first",
        "any",
        "my",
        "now",
        "such",
        "like",
        "our",
        "over",
        "me",
        "even",
        "most",
        "after",
        "also",
        "use",
        "used",
        "return",
        "returns",
        "name",
        "file",
        "value",
        "values",
        "list",
        "string",
        "object",
        "default",
    ]
)
_HEAD_CHARS = 2000


def language(text: str) -> str:
    """`zh`, `en` or `other`.

    Chinese: Han characters outweigh Latin words and there is hardly any kana or hangul. English: Latin words
    outweigh, few letters of other alphabets or with marks, and in longer texts some of the commonest English words.
    """
    head = text[:_HEAD_CHARS]
    han = len(_HAN.findall(head))
    words = _LATIN_WORD.findall(head)
    others = len(_OTHER_LETTER.findall(head))
    if han and han >= len(words):
        return "other" if len(_KANA_HANGUL.findall(head)) > 0.1 * han else "zh"
    if not words or others > 0.1 * sum(map(len, words)) or len(_KANA_HANGUL.findall(head)) > len(words):
        return "other"
    common = sum(word.lower() in _ENGLISH for word in words)
    return "en" if len(words) < 20 or common >= 0.08 * len(words) else "other"
