"""What the compiled quality pass looks up: characters, phrases, limits; made from the rules of `text.quality`.

Legend: P pages of 256 characters, T table entries, A states of the automaton, K kinds of bytes, F phrases, L languages,
R rules, G groups of rules, M measures, S stop words; C characters of one document, W its words or lines, Q hash slots.
"""

import functools
import sys
import unicodedata
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.kept_tables import kept
from leafout.text.quality import QualityRules
from leafout.text.quality_basic import ENABLE_JAVASCRIPT
from leafout.text.quality_c4 import LOREM
from leafout.text.quality_chars import flags_of
from leafout.text.quality_chinese import AD_PHRASES
from leafout.text.quality_edit import JAVASCRIPT, POLICY_PHRASES
from leafout.text.quality_gopher import STOP_WORDS
from leafout.text.quality_limits import KINDS
from leafout.text.quality_parts import ascii_lower, narrow
from leafout.text.quality_table import GROUPS, MEASURES, RULES, group_of

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

PLACE = {measure: place for place, measure in enumerate(MEASURES)}
"""The column of each measure."""
PAGE_CHARS = 256
_RARE_PLANES, _ASSIGNED_PLANES, _TAG_PLANE = 2, 4, 14
"""Planes of 65,536: from which on only Han characters stand; only what is not assigned or private, but for tags."""
_HANGUL = frozenset(map(chr, range(0xAC00, 0xD700, PAGE_CHARS)))

ENABLE, FILLER, AD, BAD, SCRIPT, POLICY = (1 << place for place in range(6))
"""Kinds of phrases."""


class Chars(NamedTuple):
    """The bits of character c: `bits_T[page_P[c >> 8] + (c & 255)]`."""

    page_P: Int32
    bits_T: Int32


class Phrases(NamedTuple):
    """An automaton over bytes that finds all phrases at once (Aho and Corasick 1975, "Efficient String Matching").

    Attributes:
        kind_B: of each byte; upper case of A to Z is lower case.
        next_AK: the state after a byte.
        phrase_A: the longest phrase that ends in a state, or -1.
        shorter_F: the next phrase that ends where a phrase does, or -1.
        what_F: the kind of phrase.
        chars_F: its length.
        edges_F: bit 0 where a word of a spaced script must not go on before it, bit 1 after it.
    """

    kind_B: Int32
    next_AK: Int32
    phrase_A: Int32
    shorter_F: Int32
    what_F: Int32
    chars_F: Int32
    edges_F: Int32


class Limits(NamedTuple):
    """The rules as numbers: rule r is kept by low_LR[l, r] <= measure measure_R[r] <= high_LR[l, r].

    Attributes:
        first_G1: where each group of rules begins.
        wanted_LM: 1 where a rule of the language needs the measure.
        short_L: what a short line is, in characters.
        stop_LS: stop words, each packed in 64 bits; 0 for none.
    """

    low_LR: Float64
    high_LR: Float64
    measure_R: Int32
    first_G1: Int32
    wanted_LM: Int32
    short_L: Float64
    stop_LS: Int64


class Room(NamedTuple):
    """Scratch for one document; about 64 bytes for each character of the longest that is looked at.

    Attributes:
        codes_C, bits_C: its characters.
        first_W, chars_W, hash_W: where each word (or line) begins, its length and its hash.
        same_W: the first word (or line) that equals it.
        gram_W: of a run of words, the first that equals it; of a line, 1 where a blank one stands before it.
        count_W: how often a run stands, at its first place.
        cand_W: places of runs that stand more than once.
        seen_W: the longest run that was met, at its first place.
        held_Q: hash slots.
        counts_T: of characters; zero between documents.
        counts_F: of phrases: bad words, then advertising.
    """

    codes_C: Int32
    bits_C: Int32
    first_W: Int32
    chars_W: Int32
    same_W: Int32
    gram_W: Int32
    count_W: Int32
    cand_W: Int32
    seen_W: Int32
    hash_W: Int64
    held_Q: Int32
    counts_T: Int32
    counts_F: Int32


def room_for(chars: int) -> Room:
    """Scratch for documents of at most so many characters; memory that is never written costs nothing."""
    size = max(chars, 256) + 1
    slots = 16
    while slots < 2 * size:
        slots *= 2
    return Room(
        codes_C=np.empty(size, np.int32),
        bits_C=np.empty(size, np.int32),
        first_W=np.empty(size, np.int32),
        chars_W=np.empty(size, np.int32),
        same_W=np.empty(size, np.int32),
        gram_W=np.empty(size, np.int32),
        count_W=np.empty(size, np.int32),
        cand_W=np.empty(size, np.int32),
        seen_W=np.empty(size, np.int32),
        hash_W=np.empty(size, np.int64),
        held_Q=np.empty(slots, np.int32),
        counts_T=np.zeros(sys.maxunicode + 1, np.int32),
        counts_F=np.zeros(2, np.int32),
    )


@functools.cache
def char_table() -> Chars:
    """The bits of all characters; equal pages are kept once."""
    return Chars(*kept("chars", _made_chars))


def _made_chars() -> Chars:
    page_P = np.zeros((sys.maxunicode + 1) // PAGE_CHARS, np.int32)
    held: dict[tuple[int, ...], int] = {}
    for page in range(len(page_P)):
        chars = [chr(code) for code in range(page * PAGE_CHARS, (page + 1) * PAGE_CHARS)]
        bits = (flags_of(chars[0]),) * PAGE_CHARS if _is_plain(chars) else tuple(map(flags_of, chars))
        page_P[page] = held.setdefault(bits, len(held) * PAGE_CHARS)
    return Chars(page_P, np.array(list(held), np.int32).reshape(-1))


def _is_plain(chars: list[str]) -> bool:
    """Whether a page is known to be of one kind: Hangul, rare Han characters, private use, or not assigned."""
    if ord(chars[0]) >= _ASSIGNED_PLANES << 16:
        return ord(chars[0]) >> 16 != _TAG_PLANE
    if ord(chars[0]) >= _RARE_PLANES << 16 or chars[0] in _HANGUL:
        return "".join(chars).isalpha() or all(unicodedata.category(char) == "Cn" for char in chars)
    return False


@functools.cache
def phrase_table(bad_words: tuple[str, ...]) -> Phrases:
    """The automaton of all phrases that rules look for.

    Args:
        bad_words: as `c4.bad_words` has them.
    """
    kinds: dict[str, int] = {}
    for kind, words in (
        (ENABLE, (ENABLE_JAVASCRIPT,)),
        (FILLER, (LOREM,)),
        (AD, AD_PHRASES),
        (BAD, bad_words),
        (SCRIPT, (JAVASCRIPT,)),
        (POLICY, POLICY_PHRASES),
    ):
        for word in words:
            kinds[ascii_lower(word)] = kinds.get(ascii_lower(word), 0) | kind
    phrases = list(kinds)
    patterns = [phrase.encode("utf-8", "surrogatepass") for phrase in phrases]
    kind_B = np.zeros(256, np.int32)
    letters = sorted({byte for pattern in patterns for byte in pattern})
    kind_B[letters] = np.arange(1, len(letters) + 1)
    kind_B[ord("A") : ord("Z") + 1] = kind_B[ord("a") : ord("z") + 1]
    next_AK, phrase_A, shorter_F = _automaton(patterns, kind_B)
    edges = [narrow(phrase[0]) + 2 * narrow(phrase[-1]) for phrase in phrases]
    return Phrases(
        kind_B,
        next_AK,
        phrase_A,
        shorter_F,
        np.array(list(kinds.values()), np.int32),
        np.array([len(phrase) for phrase in phrases], np.int32),
        np.array(edges, np.int32),
    )


def _automaton(patterns: list[bytes], kind_B: Int32) -> tuple[Int32, Int32, Int32]:
    tree: list[dict[int, int]] = [{}]
    ends: dict[int, int] = {}
    for place, pattern in enumerate(patterns):
        state = 0
        for byte in pattern:
            kind = int(kind_B[byte])
            if kind not in tree[state]:
                tree[state][kind] = len(tree)
                tree.append({})
            state = tree[state][kind]
        ends[state] = place
    next_AK = np.zeros((len(tree), int(kind_B.max()) + 1), np.int32)
    phrase_A = np.full(len(tree), -1, np.int32)
    shorter_F = np.full(len(patterns), -1, np.int32)
    back = [0] * len(tree)
    waiting: deque[int] = deque([0])
    while waiting:
        state = waiting.popleft()
        inherited = int(phrase_A[back[state]]) if state else -1
        phrase_A[state] = ends.get(state, inherited)
        if state in ends:
            shorter_F[ends[state]] = inherited
        if state:
            next_AK[state] = next_AK[back[state]]
        for kind, child in tree[state].items():
            back[child] = int(next_AK[back[state], kind]) if state else 0
            next_AK[state, kind] = child
            waiting.append(child)
    return next_AK, phrase_A, shorter_F


def limit_table(rules: QualityRules) -> Limits:
    """The limits of all rules for every language."""
    low_LR = np.full((len(KINDS), len(RULES)), -np.inf)
    high_LR = np.full((len(KINDS), len(RULES)), np.inf)
    wanted_LM = np.zeros((len(KINDS), len(MEASURES)), np.int32)
    place_of = {rule.path: place for place, rule in enumerate(RULES)}
    for row, kind in enumerate(KINDS):
        for limit in rules.limits[kind]:
            place = place_of[limit.rule.path]
            low_LR[row, place], high_LR[row, place] = limit.low, limit.high
            wanted_LM[row, PLACE[limit.rule.measure]] = 1
    groups = [group_of(rule.measure) for rule in RULES]
    first_G1 = np.searchsorted(groups, np.arange(len(GROUPS) + 1)).astype(np.int32)
    short_L = np.array([rules.short_line_chars(kind) for kind in KINDS])
    measure_R = np.array([PLACE[rule.measure] for rule in RULES], np.int32)
    return Limits(low_LR, high_LR, measure_R, first_G1, wanted_LM, short_L, _stop_words())


@functools.cache
def _stop_words() -> Int64:
    most = max(map(len, STOP_WORDS.values()))
    stop_LS = np.zeros((len(KINDS), most), np.int64)
    for row, kind in enumerate(KINDS):
        for column, word in enumerate(STOP_WORDS[kind]):
            stop_LS[row, column] = sum(ord(char) << 16 * place for place, char in enumerate(word))
    return stop_LS
