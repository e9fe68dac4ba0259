"""The compiled quality pass: every measure that a rule needs, and the first broken rule, document by document.

A text is decoded once; a group of measures is taken only when no rule on an earlier group is broken. Loops stand where
slices could be assigned: each slice takes the compiler half a second and more, and runs no faster.

Legend: U bytes, N texts, M measures, R rules.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.kernels.jit import kernel
from leafout.corpus.kernels.quality_chars import UInt8, decode, is_blank, measure_chars, num_chars
from leafout.corpus.kernels.quality_lines import (
    count_phrases,
    cut_lines,
    hash_lines,
    identify,
    measure_duplicates,
    measure_lines,
    measure_paragraphs,
    measure_phrases,
    measure_sentences,
)
from leafout.corpus.kernels.quality_tables import PLACE, Chars, Float64, Int32, Int64, Limits, Phrases, Room
from leafout.corpus.kernels.quality_words import (
    cut_words,
    duplicate_chars,
    keep_repeated,
    largest_size,
    lengthen,
    measure_stop_words,
    measure_words,
    repeated_words,
    top_chars,
)
from leafout.text.quality_parts import MIN_NGRAM_WORDS
from leafout.text.quality_table import GROUPS

_NUM_GROUPS = len(GROUPS)
_LINES, _PHRASES, _WORDS = 1, 2, 3
_CHARS, _STOP, _PARAGRAPHS = PLACE["chars"], PLACE["stop_words"], PLACE["duplicate_paragraphs"]
_REPEATED_LINES, _DUPLICATE, _SENTENCES = PLACE["repeated_lines"], PLACE["duplicate_chars"], PLACE["sentences"]
_FIRST_DUPLICATE, _LAST_DUPLICATE = PLACE["duplicate_lines"], PLACE["duplicate_paragraph_chars"]
_MEAN_SENTENCE = PLACE["mean_sentence"]
_PARAGRAPH_CHARS, _TOP_2 = PLACE["duplicate_paragraph_chars"], PLACE["top_2_gram"]
_DUPLICATE_5, _DUPLICATE_13 = PLACE["duplicate_5_grams"], PLACE["duplicate_13_grams"]


class Texts(NamedTuple):
    """Texts and the place of each one's language in `KINDS`; text n is `bytes_U[offsets_N1[n] : offsets_N1[n + 1]]`."""

    bytes_U: UInt8
    offsets_N1: Int64
    language_N: NDArray[np.int8]


class Tables(NamedTuple):
    """What is looked up."""

    chars: Chars
    phrases: Phrases
    limits: Limits


@kernel
def judge(texts: Texts, tables: Tables, room: Room, values_NM: Float64, broken_N: Int32) -> None:
    """Fill in the measures and the first broken rule of each text.

    Args:
        texts: all of them.
        tables: what is looked up.
        room: scratch; a text that is longer than it is judged by its length alone.
        values_NM: receives the measures; those that were not needed stay NaN.
        broken_N: receives the place of the rule in `RULES`, or -1.
    """
    most_chars = len(room.codes_C) - 1
    for text in range(len(texts.language_N)):
        start, end, language = texts.offsets_N1[text], texts.offsets_N1[text + 1], texts.language_N[text]
        if end - start > most_chars:
            length = num_chars(texts.bytes_U, start, end)
            if length > most_chars:
                blank = is_blank(texts.bytes_U, start, end, tables.chars, room)
                values_NM[text, _CHARS] = -1 if blank else length
                broken_N[text] = first_broken(values_NM[text], tables.limits, language, 0)
                continue
        length = decode(texts.bytes_U, start, end, tables.chars, room)
        broken_N[text] = judge_one(texts, text, length, tables, room, values_NM[text])


@kernel
def judge_one(texts: Texts, text: int, length: int, tables: Tables, room: Room, values_M: Float64) -> int:
    """Fill in the measures of a decoded text; the first broken rule, or -1."""
    limits, language = tables.limits, texts.language_N[text]
    wanted_M = limits.wanted_LM[language]
    lines = words = -1
    for group in range(_NUM_GROUPS):
        if not any_wanted(limits, language, group):
            continue
        if _LINES <= group <= _PHRASES and lines < 0:
            lines = cut_lines(room, length)
        if group == 0:
            measure_chars(room, length, wanted_M, values_M)
        elif group == _LINES:
            measure_all_lines(room, length, lines, limits, language, values_M)
        elif group == _PHRASES:
            start, end = texts.offsets_N1[text], texts.offsets_N1[text + 1]
            kinds = count_phrases(texts.bytes_U, start, end, tables.phrases, room, length)
            measure_phrases(room, kinds, length, lines, values_M)
        elif group == _WORDS:
            words = measure_all_words(room, length, limits, language, values_M)
        else:
            if words < 0:
                words = cut_words(room, 0, length)[0]
            measure_ngrams(room, length, words, wanted_M, values_M)
        broken = first_broken(values_M, limits, language, group)
        if broken >= 0:
            return broken
    return -1


@kernel
def any_wanted(limits: Limits, language: int, group: int) -> bool:
    """Whether a language has a rule in a group."""
    for rule in range(limits.first_G1[group], limits.first_G1[group + 1]):
        if limits.low_LR[language, rule] > -np.inf or limits.high_LR[language, rule] < np.inf:
            return True
    return False


@kernel
def first_broken(values_M: Float64, limits: Limits, language: int, group: int) -> int:
    """The first rule of a group that the measures break, or -1."""
    for rule in range(limits.first_G1[group], limits.first_G1[group + 1]):
        value = values_M[limits.measure_R[rule]]
        if value < limits.low_LR[language, rule] or value > limits.high_LR[language, rule]:
            return rule
    return -1


@kernel
def measure_all_lines(room: Room, length: int, lines: int, limits: Limits, language: int, values_M: Float64) -> None:
    """Fill in the measures of the group `lines`."""
    wanted_M = limits.wanted_LM[language]
    if asks_for_duplicates(wanted_M):
        hash_lines(room, lines)
        identify(room, lines)
        measure_duplicates(room, length, lines, values_M)
        if wanted_M[_PARAGRAPHS] or wanted_M[_PARAGRAPH_CHARS]:
            measure_paragraphs(room, length, lines, values_M)
    measure_lines(room, lines, limits.short_L[language], values_M)
    if wanted_M[_SENTENCES] or wanted_M[_MEAN_SENTENCE]:
        measure_sentences(room, length, lines, values_M)


@kernel
def asks_for_duplicates(wanted_M: Int32) -> bool:
    """Whether a rule asks for lines that stood before."""
    asked = wanted_M[_REPEATED_LINES] + wanted_M[_DUPLICATE]
    for column in range(_FIRST_DUPLICATE, _LAST_DUPLICATE + 1):
        asked += wanted_M[column]
    return bool(asked > 0)


@kernel
def measure_all_words(room: Room, length: int, limits: Limits, language: int, values_M: Float64) -> int:
    """Fill in the measures of the group `words`; how many words there are."""
    words, symbols = cut_words(room, 0, length)
    measure_words(room, length, words, symbols, values_M)
    if limits.wanted_LM[language, _STOP]:
        measure_stop_words(room, words, limits.stop_LS[language], values_M)
    return words


@kernel
def measure_ngrams(room: Room, length: int, words: int, wanted_M: Int32, values_M: Float64) -> None:
    """Fill in the measures of the group `n-grams`."""
    for column in range(_TOP_2, _DUPLICATE_13 + 1):
        values_M[column] = 0.0
    if words < MIN_NGRAM_WORDS:
        return
    identify(room, words)
    for word in range(words):
        room.gram_W[word], room.seen_W[word] = room.same_W[word], 0
    left = repeated_words(room, words)
    for size in range(2, largest_size(wanted_M) + 1):
        left = lengthen(room, words, size, left)
        if size <= 4:
            values_M[_TOP_2 + size - 2] = top_chars(room, size, left) / length
        left = keep_repeated(room, left)
        if left == 0:
            return
        if size >= 5 and (size <= 10 or size == 13):
            column = _DUPLICATE_13 if size == 13 else _DUPLICATE_5 + size - 5
            values_M[column] = duplicate_chars(room, size, left) / length
