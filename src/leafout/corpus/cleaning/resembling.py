"""The phases that keep what resembles examples: good text (`like`), or a topic (`topic`).

Each draws a sample of the documents by content, learns from it and the examples once, scores every document in parts,
and parts them at the bound. All of it is a function of the sequence of documents, the examples and the rules.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafout.core.durable import write_json
from leafout.corpus import parts
from leafout.corpus.cleaning.phases import Phases, finish_part
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.filters import examples, likeness, topic
from leafout.corpus.filters.rules import LikeRules, TopicRules

NOTE = "filters.json"
_REASONS = {"like": "unlike_examples", "topic": "off_topic"}
_SEED = 0


def keep_alike(phases: Phases, last: str, rules: CleanRules, root: Path) -> tuple[str, list[str]]:
    """Do the filters that the rules ask for.

    Args:
        phases: where parts lie.
        last: the phase whose documents are judged.
        rules: what is kept.
        root: where files of examples start.

    Returns:
        The phase that holds the documents now, and all phases that were made. `filters.json` in the scratch folder
        has what was learnt: how well held-out examples are parted from the corpus, and the bounds.

    Raises:
        LeafoutError: when examples cannot be read or are too little.
    """
    made: list[str] = []
    told: dict[str, dict[str, float]] = {}
    for name, rule in (("like", rules.quality.like), ("topic", rules.topic)):
        if rule is not None:
            told[name] = _filter(phases, last, name, rule, root)
            last = name
            made.append(name)
    if told:
        write_json(phases.scratch / NOTE, told)
    return last, made


@dataclass(frozen=True, slots=True)
class _Step:
    """A part's share of a filter: where documents, fitted filter, scores and results lie."""

    kept: tuple[Path, ...]
    scratch: Path
    name: str
    rule: LikeRules | TopicRules

    def path(self, what: str) -> Path:
        return self.scratch / f"{self.name}-{what}"


def _filter(phases: Phases, last: str, name: str, rule: LikeRules | TopicRules, root: Path) -> dict[str, float]:
    step = _Step(tuple(phases.kept(last)), phases.scratch, name, rule)
    numbers = range(phases.num_parts)
    for what in ("samples", "scores"):
        step.path(what).mkdir(exist_ok=True)
    phases.each(partial(_sample, step=step), numbers, note=f"{name}: drawing a sample")
    if not parts.is_made(step.path("fitted"), 0):
        with parts.making(step.path("fitted"), 0) as out:
            _fit(step, root, out)
    phases.each(partial(_score, step=step), numbers, note=f"{name}: scoring")
    told = _told(step)
    if rule.keep_fraction is not None and "least_score" in told:
        told["least_score"] = examples.least_of([step.path("scores") / f"{n}.npy" for n in numbers], rule.keep_fraction)
    phases.each(partial(_part, step=step, least=told.get("least_score")), numbers, note=f"{name}: parting")
    return told


def _sample(number: int, *, step: _Step) -> int:
    path = step.path("samples") / f"{number}.npz"
    if not path.exists():
        examples.survey(step.kept[number], path, rule=step.rule, seed=_SEED)
    return number


def _fit(step: _Step, root: Path, out: Path) -> None:
    rule = step.rule
    each = [examples.read_examples([pattern], root) for pattern in rule.like]
    every = [text for texts in each for text in texts]
    surveys = [step.path("samples") / f"{number}.npz" for number in range(len(step.kept))]
    sample = examples.sample_of(surveys, rule=rule, without=every, seed=_SEED)
    fitted: likeness.Filter | topic.Topic
    if isinstance(rule, LikeRules):
        fitted, told = likeness.fit(sorted(set(every)), sample, rule=rule, seed=_SEED)
    else:
        fitted, told = topic.fit(each, sample, topic.read_keywords(rule, root), rule=rule)
    fitted.save(out / "filter.npz")
    (out / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _told(step: _Step) -> dict[str, float]:
    told: dict[str, float] = json.loads((_fitted(step) / "told.json").read_text(encoding="utf-8"))
    return told


def _fitted(step: _Step) -> Path:
    return parts.made_at(step.path("fitted"), 0)


def _score(number: int, *, step: _Step) -> int:
    path = step.path("scores") / f"{number}.npy"
    if path.exists():
        return number
    texts = _texts(step, number)
    place = _fitted(step) / "filter.npz"
    holds_N = np.zeros(len(texts), bool)
    if isinstance(step.rule, LikeRules):
        scores_N = likeness.load(place, rule=step.rule).scores(texts)
    else:
        found = topic.Topic.load(place)
        scores_N, holds_N = found.scores(texts), found.holds_keywords(texts, step.rule)
    np.save(path.with_suffix(".holds.npy"), holds_N)
    beside = path.with_suffix(".partial.npy")
    np.save(beside, scores_N)
    beside.rename(path)
    return number


def _part(number: int, *, step: _Step, least: float | None) -> int:
    phase = step.scratch / step.name
    if parts.is_made(phase, number):
        return number
    path = step.path("scores") / f"{number}.npy"
    scores_N: NDArray[np.float32] = np.load(path)
    stays_N = topic.kept(scores_N, np.load(path.with_suffix(".holds.npy")), least)
    reasons = [None if stays else _REASONS[step.name] for stays in stays_N.tolist()]
    with parts.making(phase, number) as out:
        finish_part(out, parts.read_part(step.kept[number]), reasons, Counter(), scores=scores_N)
    return number


def _texts(step: _Step, number: int) -> Any:
    texts = parts.read_part(step.kept[number], columns=["text"])["text"].combine_chunks()
    return texts if isinstance(texts, pa.Array) else pa.array([], pa.string())
