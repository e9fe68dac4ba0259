"""Tokenize: a tokenizer for Chinese and English, and the documents as packed tokens."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.tokenization.rules import VocabularyRules

if TYPE_CHECKING:
    from leafout.corpus.ledger import Ledger
    from leafout.corpus.parts import Part
    from leafout.tokenization.counts import Counts

_SCRATCH = "scratch"
_SIDES = ("train", "val")
_APART_BYTES = 64 << 20
"""From so much on even one worker gets a process of its own, which can be stopped."""
_MANY_UNKNOWN = 0.01
_SHOWN_SOURCES = 5


class TokenizeConfig(VocabularyRules):
    """The vocabulary and how it is found."""


@stage(version=2, resumable=True)
def tokenize(documents: Path, *, out: Path, config: TokenizeConfig, run: Run = QUIET) -> dict[str, float]:
    """Train a tokenizer on the train part (or take one over) and pack train and val; test is never touched.

    Packing is cut into parts for `run.workers` processes; the output is the same for any number of them and any
    sharding of the input, and a stage that was stopped goes on where it was. Memory: a few times a part of 32 MB a
    worker.

    Args:
        documents: what `split` made.
        out: receives `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json`, `train/` and `val/`;
            `notes/vocabulary.json` says what the vocabulary is worth, `notes/extension.json` what an extension did,
            `notes/funnel.json` what became of documents.
        config: the vocabulary, and the mixture.
        run: progress, workers and stop.

    Returns:
        `vocab_size`, `train_tokens`, `val_tokens`, `documents`, `copies` (documents packed once more),
        `emptied_documents`, `cut_documents`, `unknown_fraction`, `bytes_per_token` and `fertility_<zh|en|other>`
        (tokens a character of Chinese, or a word elsewhere) of train.

    Raises:
        LeafoutError: when the split is none or has no text, `vocab_size` is too small, or a tokenizer is damaged.
        Stopped: when asked to.
    """
    from leafout.corpus import parts
    from leafout.corpus.ledger import Ledger
    from leafout.tokenization.making import make_tokenizer
    from leafout.tokenization.pack import encoder_of

    sides = [side for side in _SIDES if (documents / side).is_dir()]
    if "train" not in sides:
        raise LeafoutError("the folder has no `train`", where=str(documents), hint="give what `leafout split` made")
    if config.source_weights:
        _warn_of_patterns(documents / "train", config, run)
    scratch = parts.open_scratch(out / _SCRATCH)
    if not parts.is_made(scratch / "tokenizer", 0):
        with parts.making(scratch / "tokenizer", 0) as folder:
            make_tokenizer(documents / "train", folder, config, run)
    folder = parts.made_at(scratch / "tokenizer", 0)
    sample, fast = _sample_and_check(folder, documents / "train", config, run)
    _, size = encoder_of(folder)
    planned = {side: parts.plan_parts([documents / side]) for side in sides}
    _pack(planned, scratch, config, run, fast=fast)
    with Ledger(out) as ledger:
        found = {side: _join(scratch / side, len(planned[side]), out / side, ledger, size, run) for side in sides}
    metrics = _tell(folder, out, found, sample, ledger, run)
    _hand_over(folder, out)
    parts.remove_scratch(scratch)
    return metrics


def _warn_of_patterns(train: Path, config: TokenizeConfig, run: Run) -> None:
    """Say which patterns of `source_weights` weigh nothing, and which sources there are."""
    from leafout.tokenization.mixture import Mixture, sources_of

    sources = sources_of(train)
    unmatched = Mixture(config.source_weights).unmatched(sources)
    if unmatched:
        more = f" and {len(sources) - _SHOWN_SOURCES} more" if len(sources) > _SHOWN_SOURCES else ""
        there = ", ".join(f"`{name}`" for name in sources[:_SHOWN_SOURCES]) + more
        idle = ", ".join(f"`{pattern}`" for pattern in unmatched)
        run.say(f"warning: `source_weights`: no source of `train` takes its weight from {idle}; there are {there}")


def _sample_and_check(
    folder: Path, train: Path, config: TokenizeConfig, run: Run
) -> tuple[list[tuple[str, str | None]], bool]:
    """Texts from all over the train part, and whether the kernels give the ids of the library on all of them."""
    from leafout.tokenization.pack import encoder_of, whole_sentences
    from leafout.tokenization.sample import spread_texts

    sample = spread_texts(train, text_b=config.text_b)
    encoder, _ = encoder_of(folder)
    if not encoder.fast:
        return sample, False
    wrong = encoder.check([sentence for text, _ in sample for sentence in whole_sentences(text)])
    if wrong is not None:
        run.say(f"warning: the fast encoder gives other ids than the library for {wrong[:40]!r}: it is not used")
    return sample, wrong is None


def _pack(planned: "dict[str, list[Part]]", scratch: Path, config: TokenizeConfig, run: Run, *, fast: bool) -> None:
    from leafout.core.parallel import Workers
    from leafout.corpus.parts import made_at, workers_for
    from leafout.tokenization.pack import Packing, pack_part

    every = [part for some in planned.values() for part in some]
    rows, done = sum(part.rows for part in every), 0
    apart = sum(part.bytes for part in every) > _APART_BYTES
    with Workers(workers_for(every, run.workers), apart=apart) as workers:
        for side, some in planned.items():
            packing = Packing(
                tokenizer=made_at(scratch / "tokenizer", 0),
                phase=scratch / side,
                text_b=config.text_b,
                max_document_tokens=config.max_document_tokens,
                weights=tuple(config.source_weights.items()) if side == "train" else (),
                fast=fast,
            )
            for number in workers.in_order(partial(pack_part, packing=packing), some, should_stop=run.should_stop):
                done += some[number].rows
                run.progress(done, rows, unit="documents", note=side)


def _join(phase: Path, num_parts: int, out: Path, ledger: "Ledger", size: int, run: Run) -> "Counts":
    from leafout.corpus.parts import made_at
    from leafout.tokenization.joining import join

    def look() -> None:
        if run.should_stop():
            raise Stopped

    made = [made_at(phase, number) for number in range(num_parts)]
    counts = join(made, out, num_ids=size, look=look)
    ledger.read += counts.read
    ledger.kept += counts.read
    ledger.leave_out("no_tokens", counts.emptied)
    ledger.leave_out("weight", counts.weightless)
    for name, count in (("cut_documents", counts.cut_documents), ("packed_again", counts.copies)):
        if count:
            ledger.edited[name] += count
    return counts


def _tell(
    folder: Path,
    out: Path,
    found: "dict[str, Counts]",
    sample: list[tuple[str, str | None]],
    ledger: "Ledger",
    run: Run,
) -> dict[str, float]:
    """Write what the vocabulary is worth, and give the figures."""
    from leafout.core.durable import write_json
    from leafout.tokenization.entries import entries
    from leafout.tokenization.load import load_tokenizer, num_ids
    from leafout.tokenization.report import bytes_per_token, coarse_fertility, describe, unknown_fraction
    from leafout.tokenization.shards import read_shards
    from leafout.tokenization.special import special_tokens

    tokenizer, unk_id = load_tokenizer(folder), special_tokens(folder).unk_id
    train, size = found["train"], num_ids(tokenizer)
    tokens = {side: int(counts.ids_V.sum()) for side, counts in found.items()}
    if not tokens["train"]:
        hint = "look at what `clean` kept, and at `source_weights`"
        raise LeafoutError("no document of `train` has a token", where="[documents]", hint=hint)
    sides = {side: describe(counts, read_shards(out / side), unk_id=unk_id) for side, counts in found.items()}
    told = {"vocab_size": size, "sides": sides, "entries": entries(tokenizer, train, sample)}
    write_json(out / "notes" / "vocabulary.json", told)
    unknown = unknown_fraction(train, unk_id)
    if unknown > _MANY_UNKNOWN:
        run.say(f"warning: {unknown:.1%} of the tokens are unknown; a larger `vocab_size` or `coverage` knows more")
    return {
        "vocab_size": float(size),
        "train_tokens": float(tokens["train"]),
        "val_tokens": float(tokens.get("val", 0)),
        "documents": float(ledger.kept),
        "copies": float(train.copies),
        "emptied_documents": float(ledger.dropped["no_tokens"]),
        "cut_documents": float(ledger.edited["cut_documents"]),
        "unknown_fraction": unknown,
        "bytes_per_token": bytes_per_token(train),
        **{f"fertility_{spoken}": value for spoken, value in coarse_fertility(train).items()},
    }


def _hand_over(folder: Path, out: Path) -> None:
    """The tokenizer's files to their place, what was said of an extension to the notes."""
    from leafout.core.durable import write_whole
    from leafout.tokenization.making import NOTE

    for path in sorted(folder.iterdir()):
        write_whole(out / "notes" / NOTE if path.name == NOTE else out / path.name, path.read_bytes())
