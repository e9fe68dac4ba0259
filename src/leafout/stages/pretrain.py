"""Pretrain: a model that has read the text, from random weights or going on from a given model."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.models.config import ModelConfig
from leafout.training.config import Budget, TrainingConfig

if TYPE_CHECKING:
    from leafout.training.job import Job
    from leafout.training.pretraining import Lesson, Taught, Text


class MaskConfig(Config):
    """What a BERT has to guess."""

    fraction: float = Field(default=0.15, gt=0, lt=1)
    """Share of the tokens that are to be guessed."""
    whole_words: bool = True
    """Mask all pieces of a word together."""


class SpanConfig(Config):
    """What is taken out of a text for a T5 to fill in."""

    fraction: float = Field(default=0.15, gt=0, lt=1)
    """Share of the tokens that are taken out."""
    mean_tokens: float = Field(default=3, ge=1, le=100)
    """Tokens of a span, on average."""


class PretrainConfig(TrainingConfig):
    """Which model, and how it is taught."""

    model: ModelConfig = ModelConfig()
    """Its shape; not used when training goes on from a given model, which has one."""
    budget: Budget = Budget(minutes=20)
    """How much training: one of `minutes`, `steps`, `tokens`, `epochs`."""
    batch_tokens: int = Field(default=4096, ge=16)
    """Tokens of one update, whatever the lengths of the texts are and however many parts it is computed in."""
    max_tokens: int = Field(default=0, ge=0)
    """Tokens of an example; 0 takes as many as the model can read."""
    mask: MaskConfig = MaskConfig()
    """What a BERT has to guess."""
    spans: SpanConfig = SpanConfig()
    """What is taken out of a text for a T5 to fill in."""
    next_sentence: float | None = Field(default=None, ge=0, le=10)
    """Weight of a BERT's other loss, of pairs of texts (see `sentence_task`): 0.1 by default, 0 leaves it out. No other
    kind has such a loss."""
    sentence_task: Literal["next", "order"] = "next"
    """What a BERT is asked of a pair: `next`, whether the second text follows the first or is from another document;
    `order`, which of two neighbours came first (harder: topics give nothing away)."""
    short_fraction: float = Field(default=0.1, ge=0, le=1)
    """Share of a BERT's examples that are shorter on purpose."""
    val_tokens: int = Field(default=32_768, ge=0)
    """Tokens of `val` that an evaluation reads, about; 0 reads all."""


@stage(version=2, resumable=True, seeded=True)
def pretrain(
    tokens: Path, model: Path | None, *, out: Path, config: PretrainConfig, run: Run = QUIET
) -> dict[str, float]:
    """Teach a model to read: guess masked words and next sentences (BERT), the next token (GPT), or spans (T5).

    Args:
        tokens: an artifact of `tokenize`.
        model: go on from this model (domain-adaptive); random weights without it. One of an architecture that is not
            ours is computed by transformers: it guesses masked tokens, writes on, or fills in spans, as its kind does.
        out: receives `config.json`, `model.safetensors` and the tokenizer; curves, samples and plan in `notes/`.
        config: see its fields.
        run: its seed decides weights, order, masks and dropout.

    Returns:
        `val_loss` and its parts and accuracies, `steps`, `tokens`, `skipped_steps`, `parameters`.

    Raises:
        LeafoutError: when tokenizer and model do not fit, or training goes astray.
        Stopped: when asked to.
    """
    from leafout.training import pretraining as parts
    from leafout.training.checkpoint import num_parameters
    from leafout.training.loop import forget_checkpoints, train
    from leafout.training.tokenizer_files import copy_tokenizer

    job = _job(tokens, model, config, run)
    figures = train(job, out=out, config=config, run=run)
    parts.save(job.model, out)
    copy_tokenizer(tokens, out, begins_texts=parts.begins_texts(job.model))
    forget_checkpoints(out)
    return {**figures, "parameters": num_parameters(job.model)}


def _job(tokens: Path, model: Path | None, config: PretrainConfig, run: Run) -> "Job":
    from leafout.core.device import device_of
    from leafout.training import pretraining as parts
    from leafout.training.batches import Batches, evaluation_batches, work_of
    from leafout.training.checkpoint import weights_digest
    from leafout.training.job import Job

    device = device_of(run.device)
    text = parts.read_text(tokens)
    taught = parts.first_model(text, model, config.model, seed=run.seed).to(device)
    lesson = _lesson(taught, text, config, device=device, seed=run.seed)
    return Job(
        model=taught,
        objective=lesson.objective,
        batches=Batches(lesson.train, batch_tokens=config.batch_tokens, part_tokens=config.part_tokens, seed=run.seed),
        validation=lambda: evaluation_batches(
            lesson.val, batch_tokens=config.batch_tokens, max_tokens=config.val_tokens
        ),
        device=device,
        work=work_of(config.plain(), run.seed, text.fingerprint(), weights_digest(taught)),
        peak_rate=config.peak_rate or parts.RATE_BY_WIDTH / taught.dims.width,
        show=lesson.show,
    )


def _lesson(taught: "Taught", text: "Text", config: PretrainConfig, *, device: str, seed: int) -> "Lesson":
    from leafout.models.heads import MaskedModel
    from leafout.training import pretraining as parts
    from leafout.training.foreign_text import ForeignMasked, ForeignSpans

    max_tokens = min(config.max_tokens or taught.dims.max_tokens, taught.dims.max_tokens)
    if isinstance(taught, MaskedModel | ForeignMasked):
        return parts.masked_lesson(
            text,
            parts.rules_of(text, fraction=config.mask.fraction, whole_words=config.mask.whole_words),
            device=device,
            seed=seed,
            max_tokens=max_tokens,
            next_sentence=parts.next_sentence_of(taught, config.next_sentence, config.sentence_task),
            short_fraction=config.short_fraction,
            task=config.sentence_task if isinstance(taught, MaskedModel) else "none",
        )
    if isinstance(taught, ForeignSpans):
        return parts.span_lesson(
            text,
            fraction=config.spans.fraction,
            mean_tokens=config.spans.mean_tokens,
            device=device,
            seed=seed,
            max_tokens=max_tokens,
        )
    return parts.causal_lesson(text, device=device, seed=seed, max_tokens=max_tokens)
