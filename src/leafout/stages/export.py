"""Export: a candidate release with labels, tokenizer, thresholds, model card and a parity certificate."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from leafout.compression.limits import ParityLimits
from leafout.core.config import Config
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage

if TYPE_CHECKING:
    from leafout.inference.release import Release

_TIMED_TEXTS = 256


class ExportConfig(Config):
    """What is written, and how far it may be from its model."""

    format: Literal["auto", "onnx", "huggingface"] = "auto"
    """File format; `auto` takes onnx for a BERT that classifies and huggingface for all others."""
    precision: Literal["auto", "fp32", "int8", "bf16"] = "auto"
    """Number format; `auto` takes int8 for onnx and fp32 for huggingface. bf16 is for huggingface alone."""
    abstain_precision: float | None = Field(default=None, gt=0, lt=1)
    """Choose a confidence for each label on `val` above which this fraction is right; below it the release abstains."""
    parity: ParityLimits = ParityLimits()
    """Bounds of the parity certificate; a release beyond them is refused."""
    reference_rows: int = Field(default=2000, ge=2)
    """Rows of `val`, at most, that the reference for drift is made from."""
    name: str = Field(default="", max_length=200)
    """Title of the model card."""
    purpose: str = Field(default="", max_length=5000)
    """Intended use, one or a few sentences for the model card."""


@stage(version=1, seeded=True)
def export(model: Path, rows: Path | None, *, out: Path, config: ExportConfig, run: Run = QUIET) -> dict[str, float]:
    """Write a release and prove that it answers as its model does.

    Args:
        model: a model folder that classifies or generates; ours or any local Hugging Face one.
        rows: a split artifact whose `val` part is compared and scored; without it a few built-in sentences are.
        out: receives the release, `parity.json`, `reference.*`, `README.md`, and `notes/speed.json`.
        config: see its fields.
        run: its seed draws rows and batchings.

    Returns:
        `agreement`, `largest_logit_difference`, `megabytes` and, for a classifier, `flip_rate` and the scores on `val`.

    Raises:
        LeafoutError: when the model has no such format, or the certificate lies beyond the limits.
    """
    from leafout.compression.parity import refuse_beyond
    from leafout.compression.speed import megabytes
    from leafout.compression.writing import choose_format, write_files
    from leafout.core.durable import write_json
    from leafout.inference.release import read_release

    source = read_release(model)
    chosen, precision = choose_format(source, config.format, config.precision)
    release = write_files(source, out, chosen=chosen, precision=precision)
    finish = _finish_classifier if source.task == "classify" else _finish_generator
    found, speed = finish(source, release, rows, config, run)
    refuse_beyond(found, config.parity, precision=precision)
    write_json(out / "parity.json", found)
    (out / "notes").mkdir(exist_ok=True)
    write_json(out / "notes" / "speed.json", speed)
    figures = {name: found[name] for name in ("agreement", "largest_logit_difference", "flip_rate") if name in found}
    run.say(f"{chosen} {precision}: {', '.join(f'{name} {value}' for name, value in figures.items())}")
    return {**figures, "megabytes": megabytes(out), **found["release"]}


def _finish_classifier(
    source: "Release", release: "Release", rows: Path | None, config: ExportConfig, run: Run
) -> tuple[dict[str, Any], dict[str, Any]]:
    from leafout.compression.card import facts_of, write_card
    from leafout.compression.labelled import validation
    from leafout.compression.parity import certificate
    from leafout.compression.speed import speeds
    from leafout.compression.validated import with_validation, write_probes
    from leafout.inference.load import load_classifier
    from leafout.maintenance.reference import make_reference, write_reference

    val = validation(rows, source)
    before, after = (load_classifier(side.path, device=run.device) for side in (source, release))
    write_probes(after)
    found = certificate(before, after, val, limits=config.parity, run=run)
    if rows is not None:
        chosen = val.sample(config.reference_rows, seed=run.seed)
        logits_NL = after.logits(after.encode(chosen.texts, chosen.pairs))
        release = with_validation(release, chosen, logits_NL, abstain_precision=config.abstain_precision)
        write_reference(release.path, make_reference(chosen.texts, chosen.pairs, logits_NL), release.labels)
    write_card(release, facts_of(source, rows, val, found, name=config.name, purpose=config.purpose))
    timed = val.sample(_TIMED_TEXTS, seed=run.seed)
    return found, speeds(before, after, timed.texts, timed.pairs)


def _finish_generator(
    source: "Release", release: "Release", rows: Path | None, config: ExportConfig, run: Run
) -> tuple[dict[str, Any], dict[str, Any]]:
    from leafout.compression.card import facts_of, write_card
    from leafout.compression.labelled import some_texts
    from leafout.compression.parity_causal import causal_certificate
    from leafout.compression.speed import causal_speeds
    from leafout.inference.torch_generator import TorchGenerator

    texts = some_texts(rows, config.parity.num_rows, seed=run.seed)
    before, after = (TorchGenerator(side, device=run.device) for side in (source, release))
    found = causal_certificate(before, after, texts, limits=config.parity, run=run)
    write_card(release, facts_of(source, rows, None, found, name=config.name, purpose=config.purpose))
    return found, causal_speeds(before, after, texts)
