"""Split: train, val and test; what belongs together never crosses, and what is tested on is found in what is learnt."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage
from leafout.corpus.contamination_rule import Contamination

if TYPE_CHECKING:
    from leafout.corpus.card import Card
    from leafout.corpus.ledger import Ledger
    from leafout.corpus.parts import Part
    from leafout.corpus.splits_sides import SideRule
    from leafout.corpus.splits_work import Work


class SplitConfig(Config):
    """How to part the rows."""

    method: Literal["hash", "random", "stratified", "time", "fixed"] = "hash"
    """`hash`: each row by its own content, stable when rows are added; `random`: exact fractions; `stratified`: exact
    fractions of each label; `time`: the newest rows are the test; `fixed`: the data says it."""
    group: tuple[str, ...] = ()
    """Rows with an equal value in one of these columns stay on one side: `group`, `source`, `folder`, `host` (of the
    url), or any column that was collected, such as `author`."""
    val: float = Field(default=0.1, ge=0, lt=1)
    """Fraction for validation."""
    test: float = Field(default=0.1, ge=0, lt=1)
    """Fraction for the locked test part."""
    stratify: str = "labels"
    """What `stratified` keeps in equal fractions: `labels` (one or several a row), `tags` (the kinds of entity in a
    row), or a column."""
    val_from: str = ""
    """With `time`: validation begins at this date instead of where `val` says, such as 2024-01-01."""
    test_from: str = ""
    """With `time`: the test begins at this date instead of where `test` says."""
    no_time: Literal["refuse", "drop", "train"] = "refuse"
    """With `time`: rows without a time that can be read stop the stage, are dropped, or are learnt from."""
    sides: dict[Literal["train", "val", "test"], tuple[str, ...]] = {}
    """With `fixed`: patterns on the source of a row for each side, such as {train: "train*.tsv", test: "dev*.tsv"}."""
    side: str = ""
    """With `fixed` and no `sides`: where the side is said, `file`, `folder` or a column; empty finds it."""
    val_from_train: bool = False
    """With `fixed`: where no row is given as validation, take the fraction `val` of train for it, by hash."""
    leaks: Literal["report", "from_test", "from_train"] = "from_test"
    """With `fixed`: copies of training rows in the test are only reported; left out of a second test part,
    `test_deleaked`, beside the test as it is; or the training rows that they copy are dropped."""
    near_duplicates: float = Field(default=0.8, ge=0, le=1)
    """Rows at least this similar (Jaccard) stay on one side, and are leaks in `fixed`; 0 looks for exact copies."""
    contamination: Contamination | None = Contamination()
    """How rows that are held out are looked for, word for word, inside training documents; null does not look."""

    @field_validator("group", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [name for name in value.split(",") if name] if isinstance(value, str) else value

    @field_validator("sides", mode="before")
    @classmethod
    def _patterns(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {side: [like] if isinstance(like, str) else like for side, like in value.items()}


@stage(version=2, resumable=True, seeded=True)
def split(
    documents: Sequence[Path], held_out: Sequence[Path] = (), *, out: Path, config: SplitConfig, run: Run = QUIET
) -> dict[str, float]:
    """Part documents or rows.

    Rows stream through twice; in memory a row costs about 65 bytes, whatever its text. A split that was stopped goes on
    with the near-duplicates and n-grams that it had found, and reads and writes its rows anew.

    Args:
        documents: artifacts of documents, split as one.
        held_out: splits whose val and test rows must not be learnt from: documents that equal or nearly equal one of
            them, or hold a part of it word for word, are left out and counted.
        out: receives `train/`, `val/`, `test/`, with `fixed` also `test_deleaked/`, and `split.json` with the digests
            of the test parts; `notes/dropped/` holds what was left out, `notes/leaks.jsonl` and
            `notes/contamination.jsonl` what was found of which row where, `notes/card.json` what the rows are.
        config: how.
        run: its seed decides who falls where.

    Returns:
        `train`, `val`, `test`: rows of each; `test_deleaked` and `leaked` with `fixed`; `contaminated` where something
        is held out.

    Raises:
        LeafoutError: when a side would be empty, a label is missing from train, or the data does not say what the
            method needs.
    """
    from leafout.core.durable import write_json
    from leafout.corpus.ledger import Ledger
    from leafout.corpus.parts import open_scratch, remove_scratch
    from leafout.corpus.splits import SIDES
    from leafout.corpus.splits_contamination import look_for_held_out, look_for_own
    from leafout.corpus.splits_writing import remove_written, write_card_of_sides

    _check_config(config)
    notes, rule = out / "notes", config.contamination
    notes.mkdir(parents=True, exist_ok=True)
    scratch = open_scratch(out / "scratch")
    remove_written(out)
    work = _read(documents, scratch, config, run)
    if config.near_duplicates or held_out:
        _cluster(work, held_out, config)
    if held_out and rule is not None:
        look_for_held_out(work, held_out, rule, notes)
    _part(work, config)
    if config.method == "fixed":
        _find_leaks(work, notes, config)
    work.forget_keys()
    if rule is not None and rule.within != "off":
        look_for_own(work, rule, notes)
    with Ledger(out) as ledger:
        figures, cards = _write(work, out, ledger, config)
    write_json(notes / "funnel.json", ledger.counts() | {"sides": {side: figures[side] for side in SIDES}})
    write_card_of_sides(out, cards)
    remove_scratch(scratch)
    if held_out:
        figures["contaminated"] = ledger.dropped["contaminated"] + ledger.dropped["contaminated_ngrams"]
    return {name: float(count) for name, count in figures.items()}


def _check_config(config: SplitConfig) -> None:
    if config.val + config.test >= 1:
        raise LeafoutError(
            f"`val` {config.val} and `test` {config.test} leave nothing for train",
            where="[val]",
            hint="use 0.1 and 0.1",
        )
    of_method = {"fixed": ("sides", "side", "val_from_train"), "time": ("val_from", "test_from")}
    for method, names in of_method.items():
        for name in names:
            if getattr(config, name) and config.method != method:
                place = f"[{name}]"
                raise LeafoutError(f"`{name}` is for `method: {method}`", where=place, hint=f"add method: {method}")


def _read(documents: Sequence[Path], scratch: Path, config: SplitConfig, run: Run) -> "Work":
    """What decides the sides, of all rows."""
    import numpy as np

    from leafout.corpus.contamination_scan import READ_BYTES, tables_of
    from leafout.corpus.parts import plan_parts
    from leafout.corpus.splits_rows import LABELS, Wanted, columns_of, gather
    from leafout.corpus.splits_work import Work

    parts = plan_parts(documents, part_bytes=READ_BYTES)
    strata = config.stratify if config.method == "stratified" else LABELS
    rule = _side_rule(config, parts, run) if config.method == "fixed" else None
    wanted = Wanted(config.group, strata, config.method == "time", rule)
    rows = gather((table for _, table in tables_of(parts, columns_of(wanted), run)), wanted)
    if rule is not None:
        rule.check()
        unsaid = sum(rule.unknown.values())
        if unsaid:
            run.say(f"{unsaid} rows say no side and are left out, such as `{next(iter(rule.unknown))}`")
    reasons_N, sides_N = np.zeros(len(rows), np.int8), np.full(len(rows), -1, np.int8)
    return Work(run, scratch, documents, parts, rows, reasons_N, sides_N)


def _side_rule(config: SplitConfig, parts: "list[Part]", run: Run) -> "SideRule":
    import json

    from leafout.corpus.contamination_scan import tables_of
    from leafout.corpus.splits_sides import HEAD_ROWS, SideRule, detect_column

    column = config.side
    if not column and not config.sides:
        head: list[dict[str, Any] | None] = []
        for _, table in tables_of(parts, ["extra"], run):
            said = table["extra"][: HEAD_ROWS - len(head)].to_pylist()
            head += [json.loads(extra) if extra else None for extra in said]
            if len(head) >= HEAD_ROWS:
                break
        column = detect_column(head)
        run.say(f"the side of a row is read from `{column}`")
    return SideRule(config.sides, column)


def _cluster(work: "Work", held_out: Sequence[Path], config: SplitConfig) -> None:
    """Near-duplicates; what resembles a row that is held out goes."""
    import numpy as np

    from leafout.corpus.contamination_scan import READ_BYTES
    from leafout.corpus.parts import plan_parts
    from leafout.corpus.splits_contamination import hidden_folders
    from leafout.corpus.splits_near import near_clusters
    from leafout.corpus.splits_work import CONTAMINATED

    folders = [*work.folders, *hidden_folders(held_out)]
    threshold, scratch, rows = config.near_duplicates or 1.0, work.scratch / "near", len(work.rows)
    parts = plan_parts(folders, part_bytes=READ_BYTES)
    roots = near_clusters(folders, parts, threshold=threshold, scratch=scratch, run=work.run)
    if config.near_duplicates:
        work.clusters_N = roots[:rows]
    if held_out:
        found_N = np.isin(roots[:rows], roots[rows:])
        work.reasons_N[found_N] = CONTAMINATED
        work.run.say(f"{int(found_N.sum())} documents resemble a row that is held out, and are left out")


def _part(work: "Work", config: SplitConfig) -> None:
    """The side of each row that is left."""
    import numpy as np

    from leafout.corpus.splits import NO_SIDE, TRAIN, VAL
    from leafout.corpus.splits_parting import Parting, part_rows
    from leafout.corpus.splits_work import NO_SIDE_SAID

    seed = work.run.seed
    if config.method != "fixed":
        if config.method == "time":
            _without_time(work, config)
        left = np.flatnonzero(work.kept_N())
        how = Parting(config.method, config.val, config.test, seed, config.val_from, config.test_from)
        work.sides_N[left], cuts = part_rows(work.rows, left, work.clusters_N, how)
        work.told |= {"cuts": cuts} if cuts else {}
        return
    work.reasons_N[(work.rows.sides_N == NO_SIDE) & work.kept_N()] = NO_SIDE_SAID
    work.sides_N = np.where(work.kept_N(), work.rows.sides_N, np.int8(NO_SIDE))
    if config.val_from_train and not (work.sides_N == VAL).any():
        left = np.flatnonzero(work.sides_N == TRAIN)
        work.sides_N[left] = part_rows(work.rows, left, work.clusters_N, Parting("hash", config.val, 0.0, seed))[0]


def _without_time(work: "Work", config: SplitConfig) -> None:
    """What happens to rows whose time is missing or cannot be read."""
    from leafout.corpus.splits_time import NO_TIME
    from leafout.corpus.splits_work import NO_TIME as NO_TIME_SAID

    timeless_N = work.rows.times_N == NO_TIME
    count = int(timeless_N.sum())
    if count == len(timeless_N):
        raise LeafoutError("no row has a time that can be read", where="[method]", hint="use method: hash")
    if count and config.no_time == "refuse":
        raise LeafoutError(
            f"{count} of {len(timeless_N)} rows have no time that can be read",
            where="[no_time]",
            hint="add no_time: drop, or no_time: train to learn from them",
        )
    if config.no_time == "drop":
        work.reasons_N[timeless_N & work.kept_N()] = NO_TIME_SAID


def _find_leaks(work: "Work", notes: Path, config: SplitConfig) -> None:
    """Rows of the given test that stand in train too; by choice those of train go."""
    from leafout.corpus.splits import SIDES, TEST, VAL
    from leafout.corpus.splits_leaks import CAUSES, leaks_of_test, leaks_of_train, tell_leaks
    from leafout.corpus.splits_work import COPY_TEST, COPY_VAL, NEAR_TEST, NEAR_VAL

    letters_N, sides_N = work.rows.letters_N, work.sides_N
    leaks = leaks_of_test(letters_N, work.clusters_N, sides_N)
    tell_leaks(notes / "leaks.jsonl", leaks, sides_N, work.parts)
    work.leaked_N = leaks.causes_N > 0
    work.told["leaks"] = {SIDES[side]: leaks.counts(sides_N, side) for side in (VAL, TEST)}
    for side, counts in work.told["leaks"].items():
        causes = ", ".join(f"{name} {count}" for name, count in counts.items() if name not in {"rows", "leaked"})
        work.run.say(f"{counts['leaked']} of {counts['rows']} rows of `{side}` are leaks: {causes}")
    if config.leaks == "from_train":
        causes_N = leaks_of_train(letters_N, work.clusters_N, sides_N).causes_N
        for cause, reason in (
            ("exact_in_test", COPY_TEST),
            ("near_in_test", NEAR_TEST),
            ("exact_in_val", COPY_VAL),
            ("near_in_val", NEAR_VAL),
        ):
            work.reasons_N[causes_N == CAUSES.index(cause)] = reason


def _write(work: "Work", out: Path, ledger: "Ledger", config: SplitConfig) -> "tuple[dict[str, int], dict[str, Card]]":
    """Write the sides and what locks them; returns rows and the card of each part."""
    import numpy as np

    from leafout.core.durable import write_json
    from leafout.corpus.documents import SCHEMA
    from leafout.corpus.splits_contamination import edits_of
    from leafout.corpus.splits_work import REASONS
    from leafout.corpus.splits_writing import DELEAKED, SidesWriter

    _check(work, config)
    deleaked = config.method == "fixed" and config.leaks == "from_test"
    leaked_N = np.zeros(len(work.rows), bool) if work.leaked_N is None else work.leaked_N
    writer = SidesWriter(out, REASONS, ledger, deleaked=deleaked)
    edits = edits_of(work, config.contamination)
    writer.write(work.tables(SCHEMA.names), work.sides_N, work.reasons_N, leaked_N=leaked_N, edits=edits)
    sizes = dict(writer.sizes)
    about = {"method": config.method, "seed": work.run.seed, "test_digest": writer.digests["test"], **work.told}
    if deleaked:
        about["test_deleaked"] = {"rows": sizes.pop(DELEAKED), "digest": writer.digests[DELEAKED]}
    write_json(out / "split.json", about | {"sizes": sizes})
    leaked = {} if work.leaked_N is None else {"leaked": work.told["leaks"]["test"]["leaked"]}
    return writer.sizes | leaked, writer.cards


def _check(work: "Work", config: SplitConfig) -> None:
    """See that no side is empty that should not be, and that what is tested can be learnt."""
    from leafout.corpus.splits import SIDES, TEST, TRAIN, VAL

    sizes = work.sizes()
    wanted = {"train": 1 - config.val - config.test, "val": config.val, "test": config.test}
    if config.method == "fixed":
        wanted = {"train": 1.0, "val": 0.0, "test": 1.0}
    for side, fraction in wanted.items():
        if fraction > 0 and not sizes[side]:
            raise LeafoutError(f"`{side}` would be empty: {_why(work, config, fraction)}", hint=_advice(config, side))
    kept_N, names = work.kept_N(), work.rows.labels.names
    labels = [work.rows.labels.of(kept_N & (work.sides_N == side)) for side in (TRAIN, VAL, TEST)]
    for number in (VAL, TEST):
        name = SIDES[number]
        unseen = sorted(names[label] for label in labels[number] - labels[TRAIN])
        if unseen:
            message = f"labels of `{name}` are missing from train: {', '.join(unseen[:5])}"
            if config.method not in {"fixed", "time"}:
                raise LeafoutError(message, hint="use method: stratified")
            work.run.say(f"warning: {message}")
        missing = labels[TRAIN] - labels[number]
        if missing and sizes[name]:
            least = names[min(missing)]
            work.run.say(f"warning: `{name}` has no row of {len(missing)} labels, such as `{least}`")


def _why(work: "Work", config: SplitConfig, fraction: float) -> str:
    left = int(work.kept_N().sum())
    if config.method == "fixed":
        return f"no row of {len(work.rows)} says that it is its side, or all of them were left out"
    if config.method == "time":
        return f"{left} rows, cut at {work.told['cuts']}"
    return f"{left} rows, fraction {fraction:.3g}"


def _advice(config: SplitConfig, side: str) -> str:
    if config.method == "fixed":
        return f'say which rows it has: sides: {{{side}: "{side}*"}}'
    if config.method == "time":
        return "give other dates or fractions"
    return "give more rows, a larger fraction, or method: random"
