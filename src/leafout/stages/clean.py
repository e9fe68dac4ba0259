"""Clean: keep the documents worth learning from, and say why the others went."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.corpus.cleaning.rules import CleanRules

if TYPE_CHECKING:
    from leafout.corpus.card import Card
    from leafout.corpus.cleaning.phases import Phases
    from leafout.corpus.ledger import Ledger

_SCRATCH = "scratch"
_APART_BYTES = 64 << 20
"""From so much on even one worker gets a process of its own, which can be stopped."""


class CleanConfig(CleanRules):
    """What is kept."""


@stage(version=3, resumable=True)
def clean(
    documents: Sequence[Path], against: Sequence[Path] = (), *, out: Path, config: CleanConfig, run: Run = QUIET
) -> dict[str, float]:
    """Keep the documents that pass every rule; count the reasons of the rest.

    Documents are judged one by one, then repeats inside the corpus are cut, then equal and nearly equal documents go.
    The work is cut into parts for `run.workers` processes; the output is the same for any number of them and any
    sharding of the input, and a stage that was stopped goes on where it was. Memory: about twelve times a part of 16 MB
    and 100 MB a worker, and some 60 bytes a document.

    Args:
        documents: artifacts of documents, cleaned as one.
        against: earlier cleaned corpora with an index (`index: true`): what they hold already, or nearly, goes.
        out: receives `part-*.parquet` and, by choice, `near_index/`; `notes/dropped/` holds each dropped document with
            its reason, `notes/near_duplicates.jsonl` the clusters, `notes/repeats.json` what was cut with examples,
            `notes/filters.json` what was learnt from examples, `notes/funnel.json` the counts, `notes/card.json` what
            the documents are.
        config: the rules.
        run: progress and stop.

    Returns:
        `documents`, `kept_fraction` and `dropped_<reason>`.

    Raises:
        LeafoutError: when nothing is left, or an index is missing, damaged or made for other rules.
        Stopped: when asked to.
    """
    from leafout.core.parallel import Workers
    from leafout.corpus.cleaning.duplicates import decide, key_parts
    from leafout.corpus.cleaning.judging import JUDGE
    from leafout.corpus.cleaning.repeats import cut_repeats
    from leafout.corpus.cleaning.resembling import keep_alike
    from leafout.corpus.cleaning.writing import write
    from leafout.corpus.ledger import Ledger
    from leafout.corpus.parts import open_scratch, plan_parts, remove_scratch, workers_for

    _check(against, config)
    scratch = open_scratch(out / _SCRATCH)
    planned = plan_parts(documents)
    with Workers(
        workers_for(planned, run.workers), apart=sum(part.bytes for part in planned) > _APART_BYTES
    ) as workers:
        phases = _phases(scratch, len(planned), workers, run)
        _judge(planned, phases, config)
        last, alike = keep_alike(phases, JUDGE, config, run.root)
        last, freed, cut = cut_repeats(phases, last, config)
        key_parts(phases, last, config, tuple(against))
    reason_N = decide(phases, last, config)
    with Ledger(out) as ledger:
        card = write(phases, out, [JUDGE, *alike, *freed], reason_N, ledger)
    if not ledger.kept:
        raise LeafoutError(
            f"nothing is left of {ledger.read} documents", hint=f"dropped: {dict(ledger.dropped.most_common(5))}"
        )
    _tell(phases, out, cut, ledger, card)
    if config.index:
        _write_index(phases, out, config, reason_N == 0)
    remove_scratch(scratch)
    reasons = {f"dropped_{name}": float(count) for name, count in sorted(ledger.dropped.items())}
    return {"documents": float(ledger.kept), "kept_fraction": round(ledger.kept / ledger.read, 4), **reasons}


def _check(against: Sequence[Path], config: CleanConfig) -> None:
    from leafout.corpus.near_index import NearIndex

    if config.near_dedup is None and (against or config.index):
        what = "`against`" if against else "`index`"
        raise LeafoutError(f"{what} needs `near_dedup`", where="[near_dedup]", hint="near_dedup: {threshold: 0.8}")
    for folder in against:
        NearIndex.open(folder)


def _phases(scratch: Path, num_parts: int, workers: Any, run: Run) -> "Phases":
    from leafout.corpus.cleaning.phases import Phases

    return Phases(scratch, num_parts, workers, run)


def _judge(planned: Sequence[Any], phases: "Phases", config: CleanConfig) -> None:
    from functools import partial

    from leafout.corpus.cleaning.judging import JUDGE, Judging, judge_part
    from leafout.corpus.kernels.jit import is_first_use

    if is_first_use():
        phases.run.say("the data kernels are compiled, once on this machine: half a minute or so")
    judging = Judging(phases.scratch / JUDGE, config, phases.run.root)
    phases.each(partial(judge_part, judging=judging), planned, note="judging documents")


def _tell(phases: "Phases", out: Path, cut: dict[str, Any], ledger: "Ledger", card: "Card") -> None:
    """Write the notes beside the funnel, and say what somebody should hear."""
    from leafout.core.durable import write_json
    from leafout.corpus.card_notes import write_card

    notes = out / "notes"
    for name in ("near_duplicates.jsonl", "filters.json"):
        if (phases.scratch / name).exists():
            (phases.scratch / name).replace(notes / name)
    if cut:
        write_json(notes / "repeats.json", cut)
    write_card(out, card)
    if ledger.dropped["known"]:
        phases.run.say(f"{ledger.dropped['known']} documents are in an earlier corpus already: the earlier ones stay")


def _write_index(phases: "Phases", out: Path, config: CleanConfig, stays_N: Any) -> None:
    from leafout.corpus.cleaning.duplicates import band_files
    from leafout.corpus.near_index import write_index

    assert config.near_dedup is not None
    write_index(out, band_files(phases), threshold=config.near_dedup.threshold, stays_N=stays_N)
