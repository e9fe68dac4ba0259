"""What a tokenizer makes of single characters, asked of the library as they occur: classes, and what becomes of them.

Nothing is taken from a table of ours, so that the library's Unicode is the one that counts. Where a character's fate
hangs on its neighbours, or it becomes several, it is `STRANGE`, and its whole text is left to the library.
"""

import unicodedata
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, normalizers, pre_tokenizers

from leafout.tokenization.fast import splitting
from leafout.tokenization.fast.strings import code_points

UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]

STRANGE, KNOWN = 64, 128
SINGLE, DROPPED = 2, 4
"""Classes of BERT's splitting, beside `splitting.SPACE`: a word by itself; taken out."""
_NFC = normalizers.NFC()
_CODE_POINTS = 0x110000
_LONG_S = "\u017f"
"""It is an `s` where case makes no difference, also in the pattern of contractions."""

Ask = Callable[[str], tuple[int, str]]


class Characters:
    """Classes and replacements by code point (5 MB), filled as characters occur.

    Args:
        ask: gives the class of a character and what becomes of it: one character, none where it is dropped.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._classes = np.zeros(_CODE_POINTS, np.uint8)
        self._becomes = np.arange(_CODE_POINTS, dtype=np.uint32)

    def look_up(self, codes_C: UInt32) -> tuple[UInt8, UInt32]:
        """The class of each character of a text, and what becomes of it."""
        classes_C = self._classes[codes_C]
        new = codes_C[classes_C == 0]
        if len(new):
            for code in np.unique(new).tolist():
                kind, becomes = self._ask(chr(code)) if not 0xD800 <= code < 0xE000 else (STRANGE, " ")
                self._classes[code] = kind | KNOWN
                if becomes:
                    self._becomes[code] = code_points(becomes)[0]
            classes_C = self._classes[codes_C]
        return classes_C, self._becomes[codes_C]


def asks_of_pattern(*, word: str, han: str, late: str, lowercase: bool, nfc: bool) -> Ask:
    """Classes for `splitting`.

    Args:
        word: the pattern of what runs of letters hold.
        han: the pattern of what runs of Chinese hold; empty where they do not stand apart.
        late: what symbols leave out besides space, letters and numbers; may be empty.
        lowercase: whether case is folded.
        nfc: whether texts are composed before, by Python: a character on which the two disagree is strange.
    """
    named = {
        splitting.SPACE: r"\s",
        splitting.LETTER: r"\p{L}",
        splitting.NUMBER: r"\p{N}",
        splitting.WORD: word,
        splitting.HAN: han,
        splitting.LATE: late,
    }
    tests = {bit: pre_tokenizers.Split(Regex(pattern), behavior="removed") for bit, pattern in named.items() if pattern}
    fold = normalizers.Lowercase()

    def ask(character: str) -> tuple[int, str]:
        becomes = fold.normalize_str(character) if lowercase else character
        odd = unicodedata.category(character) == "Cn" or (nfc and not _composes_alike(character))
        if odd or len(becomes) != 1 or _LONG_S in (character, becomes):
            return STRANGE, becomes
        return sum(bit for bit, test in tests.items() if not test.pre_tokenize_str(becomes)), becomes

    return ask


def _composes_alike(character: str) -> bool:
    """Whether Python's and the library's Unicode give a character the same place among marks (UAX 15)."""
    probes = (character, f"x{character}\u0334", f"x\u0345{character}")  # marks of the lowest class and of the highest
    return all(_NFC.normalize_str(probe) == unicodedata.normalize("NFC", probe) for probe in probes)


def asks_of_bert(normalizer: normalizers.Normalizer) -> Ask:
    """Classes for BERT's splitting at white space, Chinese characters and punctuation."""
    splitter = pre_tokenizers.BertPreTokenizer()

    def ask(character: str) -> tuple[int, str]:
        made = normalizer.normalize_str(character)
        if not made:
            return DROPPED, made
        becomes = made.strip(" ") or " "
        if len(becomes) != 1 or unicodedata.combining(character) or unicodedata.category(character) == "Cn":
            return STRANGE, becomes
        words = len(splitter.pre_tokenize_str(normalizer.normalize_str(f"a{character}a")))
        return {1: 0, 2: splitting.SPACE, 3: SINGLE}[words], becomes

    return ask
