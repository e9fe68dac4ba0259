"""Evaluate: the exam of a release on the locked test rows, through the runtime that will serve it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage

if TYPE_CHECKING:
    from leafout.inference.release import Release


class EvaluateConfig(Config):
    """How a release is examined."""

    test: Literal["as_is", "deleaked"] = "as_is"
    """The test as it was given, to stand beside published scores, or without rows that stand in train or val too."""
    max_rows: int = Field(default=0, ge=0)
    """Test rows that are asked, at most, drawn by the seed; 0 takes all. A model that generates reads at most 2000
    documents then."""
    samples: int = Field(default=1000, ge=100, le=100_000)
    """Bootstrap resamples behind each 95 % interval."""
    floor: bool = True
    """Measure a simple model beside the release: linear over n-grams, or an n-gram language model."""
    floor_rows: int = Field(default=50_000, ge=1)
    """Training rows that the linear floor learns from, at most."""
    floor_chars: int = Field(default=5_000_000, ge=1000)
    """Training characters that the n-gram language model is counted on, at most."""
    worst: int = Field(default=50, ge=0, le=10_000)
    """Confident wrong answers (or dearest documents) that are listed, at most."""
    batch_rows: int = Field(default=4096, ge=1)
    """Rows that are encoded and answered at once; between two batches the exam can be stopped."""
    threads: int = Field(default=0, ge=0, le=1024)
    """Threads of the runtime; 0 takes the free cores."""


@stage(version=1, seeded=True)
def evaluate(release: Path, rows: Path, *, out: Path, config: EvaluateConfig, run: Run = QUIET) -> dict[str, float]:
    """Examine a release (or a model folder).

    Args:
        release: what is examined; of a release its parity certificate is carried over.
        rows: the split whose locked `test` is the exam; its `train` and `val` teach the floor.
        out: receives `exam.json`, `predictions.parquet`, `errors.jsonl`, and `notes/summary.txt`, `notes/speed.json`.
        config: see its fields.
        run: its seed draws rows and resamples.

    Returns:
        The figures that gates look at; of a classifier `accuracy`, `macro_f1`, `f1_<label>`, `ece`, `brier`,
        `log_loss`, `abstained_fraction`, `floor_accuracy`, `floor_macro_f1`, `gain_over_floor`, of a model that
        generates `loss`, `perplexity`, `bits_per_byte`, `floor_bits_per_byte`, `gain_over_floor`; of a release also
        `agreement` and `flip_rate`.

    Raises:
        LeafoutError: when the test part is empty, absent or was changed, or no row has a label that the release knows.
    """
    from leafout.core.durable import write_json
    from leafout.evaluation.locked import read_locked
    from leafout.inference.release import read_release

    described = read_release(release)
    table, digest = read_locked(rows, deleaked=config.test == "deleaked")
    (out / "notes").mkdir(exist_ok=True)
    take = _classifier if described.task == "classify" else _generator
    exam, found = take(described, rows, table, out, config, run)
    which = {} if config.test == "as_is" else {"test": config.test}
    write_json(out / "exam.json", exam | {"test_digest": digest, "seed": run.seed} | which)
    (out / "notes" / "summary.txt").write_text("".join(f"{line}\n" for line in exam["says"]), encoding="utf-8")
    for line in exam["says"]:
        run.say(line)
    return found


def _classifier(
    release: "Release", rows: Path, table: Any, out: Path, config: EvaluateConfig, run: Run
) -> tuple[dict[str, Any], dict[str, float]]:
    from leafout.core.durable import write_json
    from leafout.evaluation.asking import ask, floor_of
    from leafout.evaluation.exam import Answers, examine, figures, worst
    from leafout.evaluation.locked import exam_rows
    from leafout.evaluation.records import parity_of, write_errors, write_predictions
    from leafout.evaluation.words import classifier_words
    from leafout.inference.load import load_classifier
    from leafout.tasks.classify import Classify

    task = Classify(release.labels, release.max_tokens, release.pair)
    asked = exam_rows(table, task, max_rows=config.max_rows, seed=run.seed)
    classifier = load_classifier(release.path, threads=config.threads or None, device=run.device)
    told = ask(classifier, asked, batch_rows=config.batch_rows, run=run)
    floor = floor_of(rows, task, max_rows=config.floor_rows, run=run) if config.floor else None
    floor_N = None if floor is None else floor.logits(asked.texts, asked.pairs).argmax(axis=1)
    answers = Answers.of(release, told.logits_NL, floor_N)
    exam = examine(release, asked, answers, floor=floor, samples=config.samples, seed=run.seed)
    exam |= parity_of(release.path) | {"full_fraction": told.full_fraction}
    exam["says"] = classifier_words(exam)
    write_predictions(out, asked, answers, release.labels)
    write_errors(out, worst(asked, answers, release.labels, config.worst))
    write_json(out / "notes" / "speed.json", told.speed())
    return exam, figures(exam)


def _generator(
    release: "Release", rows: Path, table: Any, out: Path, config: EvaluateConfig, run: Run
) -> tuple[dict[str, Any], dict[str, float]]:
    from leafout.core.durable import write_json
    from leafout.evaluation.exam_causal import exam_documents, examine_generator, generator_figures, read, samples_of
    from leafout.evaluation.records import parity_of, write_costs, write_errors
    from leafout.evaluation.words import generator_words
    from leafout.inference.torch_generator import TorchGenerator

    documents = exam_documents(table, max_rows=config.max_rows or 2000, seed=run.seed)
    generator = TorchGenerator(release, threads=config.threads or None, device=run.device)
    costs = read(generator, documents, run=run)
    floor_chars = config.floor_chars if config.floor else 0
    exam = examine_generator(costs, rows, floor_chars=floor_chars, samples=config.samples, run=run)
    exam |= parity_of(release.path)
    exam["says"] = generator_words(exam)
    write_costs(out, costs)
    write_errors(out, costs.dearest(config.worst))
    write_json(out / "notes" / "samples.json", samples_of(generator, documents, seed=run.seed))
    write_json(out / "notes" / "speed.json", costs.speed())
    return exam, generator_figures(exam)
