"""Quality rules over many texts at once: compiled where a compiler is, else by the reference in `text.quality`."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.corpus.kernels import jit
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.quality_edit import (
    Edited,
    EditTables,
    citation_words,
    edit_limits,
    edit_texts,
    longest_line,
)
from leafout.corpus.kernels.quality_pass import Tables, Texts, judge
from leafout.corpus.kernels.quality_tables import Float64, Int32, char_table, limit_table, phrase_table, room_for
from leafout.text.quality import QualityRules, fault, parts_of
from leafout.text.quality_edit import EDITS, edit
from leafout.text.quality_limits import KINDS, kind_of
from leafout.text.quality_parts import Parts
from leafout.text.quality_table import MEASURES, RULES, group_of

Languages = Sequence[str | None]


def faults(texts: pa.Array | pa.ChunkedArray, languages: Languages, rules: QualityRules) -> list[str | None]:
    """The name of the first rule that each text breaks, or None; the same as `text.quality.fault` says.

    Args:
        texts: normalised; a null counts as the empty text.
        languages: of each text: `zh`, `en` or any other.
        rules: the thresholds.

    Returns:
        One for each text. Scratch memory is about 64 bytes for each character of the longest text, or for each of
        `rules.max_chars` where that is less.
    """
    if not jit.COMPILED:
        given = zip(texts.to_pylist(), languages, strict=True)
        return [fault(text or "", language or "", rules) for text, language in given]
    broken_N, _ = _judged(texts, languages, rules)
    reasons = [rule.reason for rule in RULES]
    return [None if place < 0 else reasons[place] for place in broken_N.tolist()]


def measures(texts: pa.Array | pa.ChunkedArray, languages: Languages, rules: QualityRules) -> Float64:
    """The measures [N, M] that the rules ask for, in the order of `MEASURES`.

    Args:
        texts: as for `faults`.
        languages: as for `faults`.
        rules: as for `faults`.

    Returns:
        NaN for a measure that no rule of the language asks for, and for those of the groups after a broken rule.
    """
    if jit.COMPILED:
        values_NM = _judged(texts, languages, rules)[1]
        unasked_LM = limit_table(rules).wanted_LM == 0
        values_NM[unasked_LM[language_codes(languages, len(texts))]] = np.nan
        return values_NM
    rows = zip(texts.to_pylist(), languages, strict=True)
    taken = [_measured(parts_of(text or "", language or "", rules), rules) for text, language in rows]
    return np.array([[row.get(name, np.nan) for name in MEASURES] for row in taken]).reshape(-1, len(MEASURES))


def _measured(parts: Parts, rules: QualityRules) -> dict[str, float]:
    """The measures of a text by the plain reference, a group at a time until a rule is broken."""
    taken: dict[str, float] = {}
    for _, group in groupby(rules.limits[parts.kind], lambda limit: group_of(limit.rule.measure)):
        limits = list(group)
        taken |= {limit.rule.measure: MEASURES[limit.rule.measure](parts) for limit in limits}
        if any(not limit.low <= taken[limit.rule.measure] <= limit.high for limit in limits):
            break
    return taken


def edits(texts: pa.Array | pa.ChunkedArray, languages: Languages, rules: QualityRules) -> tuple[pa.Array, Int32]:
    """The texts without the lines and marks that C4's rules refuse; the same as `text.quality_edit.edit` makes.

    Args:
        texts: normalised; a null counts as the empty text.
        languages: of each text: `zh`, `en` or any other.
        rules: without `c4` nothing is edited.

    Returns:
        The texts (a `large_string` array), and how often each was edited [N, E], in the order of `EDITS`. Beside them
        stands a second copy of the texts' bytes, and 64 bytes for each character of the longest line.
    """
    counts_NE = np.zeros((len(texts), len(EDITS)), np.int32)
    if rules.c4 is None:
        return texts, counts_NE
    if not jit.COMPILED:
        made = []
        for row, (text, language) in enumerate(zip(texts.to_pylist(), languages, strict=True)):
            left, counts = edit(text or "", language or "", rules)
            made.append(left)
            counts_NE[row] = [counts.get(name, 0) for name in EDITS]
        return pa.array(made, pa.large_string()), counts_NE
    bytes_U, offsets_N1 = utf8(texts)
    given = Texts(locked(bytes_U), locked(offsets_N1), language_codes(languages, len(texts)))
    tables = EditTables(char_table(), phrase_table(()), edit_limits(rules), citation_words())
    edited = Edited(np.empty(len(bytes_U) + 1, np.uint8), np.zeros(len(texts) + 1, np.int64), counts_NE)
    edit_texts(given, tables, room_for(longest_line(given)), edited)
    size = int(edited.ends_N1[-1])
    buffers = [None, pa.py_buffer(edited.ends_N1), pa.py_buffer(edited.out_V[:size])]
    return pa.Array.from_buffers(pa.large_string(), len(texts), buffers), counts_NE


def _judged(texts: pa.Array | pa.ChunkedArray, languages: Languages, rules: QualityRules) -> tuple[Int32, Float64]:
    bytes_U, offsets_N1 = utf8(texts)
    language_N = language_codes(languages, len(texts))
    values_NM = np.full((len(texts), len(MEASURES)), np.nan)
    broken_N = np.full(len(texts), -1, np.int32)
    longest = int(np.diff(offsets_N1).max(initial=0))
    most = longest if rules.max_chars is None else min(longest, rules.max_chars)
    tables = Tables(char_table(), phrase_table(rules.bad_words), limit_table(rules))
    judge(Texts(locked(bytes_U), locked(offsets_N1), language_N), tables, room_for(most), values_NM, broken_N)
    return broken_N, values_NM


def language_codes(languages: Languages, num_texts: int) -> NDArray[np.int8]:
    """The place of each language in `KINDS`.

    Raises:
        ValueError: when there are not as many languages as texts.
    """
    if len(languages) != num_texts:
        raise ValueError(f"{num_texts} texts have {len(languages)} languages")
    return np.fromiter((KINDS.index(kind_of(language or "")) for language in languages), np.int8, num_texts)


def locked(array: Any) -> Any:
    """A read-only view, so that the compiler sees one type whatever the array's origin."""
    view = array.view()
    view.flags.writeable = False
    return view
