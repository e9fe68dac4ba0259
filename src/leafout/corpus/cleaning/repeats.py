"""The phases that cut repetition below the document: lines of a site, paragraphs, long stretches.

Each takes the kept documents of the phase before it, and hands on those that still have enough text.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.compute as pc

from leafout.core.config import Config
from leafout.corpus import dealt, parts, repeated_lines, repeated_paragraphs, repeated_substrings
from leafout.corpus.cleaning.phases import Phases, finish_part
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.repetition import Edits, commonest

SEARCHES: dict[str, ModuleType] = {
    "repeated_lines": repeated_lines,
    "repeated_paragraphs": repeated_paragraphs,
    "repeated_substrings": repeated_substrings,
}
"""In the order in which they are done: phases and fields of `CleanRules` have these names."""

_EDITS = "edits.json"
_EXAMPLES = 100


def cut_repeats(phases: Phases, last: str, rules: CleanRules) -> tuple[str, list[str], dict[str, Any]]:
    """Do the searches that the rules ask for.

    Args:
        phases: where parts lie.
        last: the phase whose documents are searched.
        rules: what is kept.

    Returns:
        The phase that holds the documents now; all phases that were made; what each search took out, with examples.
    """
    made: list[str] = []
    told: dict[str, Any] = {}
    for name in SEARCHES:
        rule = getattr(rules, name)
        if rule is not None:
            told[name] = _search(phases, last, name, rule, rules.quality.min_chars)
            last = name
            made.append(name)
    return last, made, told


def _search(phases: Phases, last: str, name: str, rule: Config, min_chars: int) -> dict[str, Any]:
    kept, numbers = phases.kept(last), range(phases.num_parts)
    surveys = phases.scratch / f"{name}-surveys"
    surveys.mkdir(exist_ok=True)
    phases.each(
        partial(_survey_part, survey=_Survey(tuple(kept), surveys, name, rule)), numbers, note=f"{name}: looking"
    )
    decided = f"{name}-decided"
    if not parts.is_made(phases.scratch / decided, 0):
        with parts.making(phases.scratch / decided, 0) as out:
            SEARCHES[name].decide(kept, [surveys / f"{number}.npz" for number in numbers], out, rule=rule)
    cut = _Cut(tuple(kept), phases.scratch, phases.part(decided, 0), name, rule, min_chars)
    phases.each(partial(_cut_part, cut=cut), numbers, note=f"{name}: cutting")
    return _told([phases.part(name, number) for number in numbers])


@dataclass(frozen=True, slots=True)
class _Survey:
    kept: tuple[Path, ...]
    out: Path
    name: str
    rule: Config


def _survey_part(number: int, *, survey: _Survey) -> int:
    path = survey.out / f"{number}.npz"
    if not path.exists():
        SEARCHES[survey.name].survey(survey.kept[number], path, rule=survey.rule)
    return number


@dataclass(frozen=True, slots=True)
class _Cut:
    kept: tuple[Path, ...]
    scratch: Path
    decided: Path
    name: str
    rule: Config
    min_chars: int


def _cut_part(number: int, *, cut: _Cut) -> int:
    phase = cut.scratch / cut.name
    if parts.is_made(phase, number):
        return number
    before = parts.read_part(cut.kept[number])
    table, edits = SEARCHES[cut.name].apply(before, dealt.decision(cut.decided, number), rule=cut.rule)
    changed = pc.not_equal(before["text"], table["text"]).to_pylist()
    lengths = pc.utf8_length(pc.utf8_trim_whitespace(table["text"])).to_pylist()
    least = max(cut.min_chars, 1)
    reasons = [
        f"too_short_after_{cut.name}" if new and length < least else None
        for new, length in zip(changed, lengths, strict=True)
    ]
    with parts.making(phase, number) as out:
        finish_part(out, table, reasons, Counter({cut.name: edits.documents}) if edits.documents else Counter())
        about = {**asdict(edits), "examples": dict(commonest(edits.examples, _EXAMPLES * 10))}
        (out / _EDITS).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    return number


def _told(made: list[Path]) -> dict[str, Any]:
    whole = Edits()
    for part in made:
        about = json.loads((part / _EDITS).read_text(encoding="utf-8"))
        whole.add(Edits(**{**about, "examples": Counter(about["examples"])}))
    examples = [{"text": text, "times": times} for text, times in commonest(whole.examples, _EXAMPLES)]
    return {**whole.counts(), "examples": examples}
