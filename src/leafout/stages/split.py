"""Split: train, val and test; near-duplicates and groups never cross, and the test part is locked by its digest."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage

if TYPE_CHECKING:
    import pyarrow as pa

    from leafout.corpus.splits import Side


_HIDDEN = ("val", "test")


class SplitConfig(Config):
    """How to part the rows."""

    method: Literal["hash", "random", "stratified"] = "hash"
    """`hash`: each row by its own content, stable when rows are added; `random`: exact fractions; `stratified`: exact
    fractions of each label."""
    group: Literal["", "group", "source"] = ""
    """Rows with an equal value in this column stay on one side."""
    val: float = Field(default=0.1, ge=0, lt=1)
    """Fraction for validation."""
    test: float = Field(default=0.1, ge=0, lt=1)
    """Fraction for the locked test part."""
    near_duplicates: float = Field(default=0.8, ge=0, le=1)
    """Rows at least this similar (Jaccard) stay on one side; 0 lets them cross."""


@stage(version=1, seeded=True)
def split(
    documents: Sequence[Path], held_out: Sequence[Path] = (), *, out: Path, config: SplitConfig, run: Run = QUIET
) -> dict[str, float]:
    """Part documents or rows.

    Args:
        documents: artifacts of documents, split as one.
        held_out: splits whose val and test rows must not be learnt from: documents that equal or nearly equal one of
            them are left out and counted as `contaminated`.
        out: receives `train/`, `val/`, `test/` and `split.json` with the digest of the test part.
        config: how.
        run: its seed decides who falls where.

    Returns:
        `train`, `val`, `test`: rows of each; `contaminated` where something is held out.

    Raises:
        LeafoutError: when a side would be empty, or a label is missing from train.
    """
    import pyarrow as pa

    from leafout.core.durable import write_json
    from leafout.corpus.documents import DocumentWriter, read_table
    from leafout.corpus.splits import content_digest

    if config.val + config.test >= 1:
        raise LeafoutError(
            f"`val` {config.val} and `test` {config.test} leave nothing for train",
            where="[val]",
            hint="use 0.1 and 0.1",
        )
    whole = pa.concat_tables([read_table(folder) for folder in documents])
    table = _uncontaminated(whole, held_out, config, run)
    contaminated = whole.num_rows - table.num_rows
    sides = _sides(table, config, run)
    sizes: dict[str, int] = {}
    for side in ("train", "val", "test"):
        part = table.filter(pa.array([found == side for found in sides]))
        with DocumentWriter(out / side) as writer:
            for batch in part.to_batches(max_chunksize=4096):
                writer.write_batch(batch)
        sizes[side] = part.num_rows
        if side == "test":
            test_digest = content_digest(part)
    _check(table, sides, sizes, config, run)
    about = {"method": config.method, "sizes": sizes, "test_digest": test_digest, "seed": run.seed}
    write_json(out / "split.json", about)
    dropped = {"contaminated": contaminated} if contaminated else {}
    funnel = {"read": whole.num_rows, "kept": table.num_rows, "rejected": {}, "dropped": dropped}
    (out / "notes").mkdir(exist_ok=True)
    write_json(out / "notes" / "funnel.json", funnel | {"merged": 0, "edited": {}, "sides": sizes})
    figures = sizes | ({"contaminated": contaminated} if held_out else {})
    return {name: float(count) for name, count in figures.items()}


def _uncontaminated(table: "pa.Table", held_out: Sequence[Path], config: SplitConfig, run: Run) -> "pa.Table":
    """The rows that resemble no val or test row of the splits that are held out."""
    import numpy as np
    import pyarrow as pa

    from leafout.corpus.documents import read_table
    from leafout.corpus.near_duplicates import clusters

    if not held_out:
        return table
    columns = ["text", "text_b"]
    hidden = pa.concat_tables([read_table(path / side, columns=columns) for path in held_out for side in _HIDDEN])
    texts = _texts(table) + _texts(hidden)
    roots = clusters(texts, threshold=config.near_duplicates or 1.0)
    is_clean = ~np.isin(roots[: table.num_rows], roots[table.num_rows :])
    run.say(f"{int((~is_clean).sum())} documents resemble a row that is held out, and are left out")
    return table.filter(pa.array(is_clean))


def _texts(table: "pa.Table") -> list[str]:
    return [f"{a}\n{b or ''}" for a, b in zip(table["text"].to_pylist(), table["text_b"].to_pylist(), strict=True)]


def _sides(table: "pa.Table", config: SplitConfig, run: Run) -> "list[Side]":
    from leafout.corpus.near_duplicates import clusters
    from leafout.corpus.splits import by_count, by_hash, units

    ids, labels = table["id"].to_pylist(), table["label"].to_pylist()
    bonds: list[Sequence[object]] = []
    if config.near_duplicates:
        bonds.append(clusters(_texts(table), threshold=config.near_duplicates).tolist())
    if config.group:
        bonds.append(table[config.group].to_pylist())
        if all(value is None for value in bonds[-1]):
            raise LeafoutError(f"no row has a `{config.group}`", where="[group]", hint="leave `group` out")
    if config.method == "stratified" and all(label is None for label in labels):
        raise LeafoutError("no row has a label to stratify by", where="[method]", hint="use method: hash")
    found = units(ids, labels, bonds)
    if config.method == "hash":
        unit_sides = by_hash(found, val=config.val, test=config.test, seed=run.seed)
    else:
        stratify = config.method == "stratified"
        unit_sides = by_count(found, val=config.val, test=config.test, seed=run.seed, stratify=stratify)
    sides: list[Side] = ["train"] * len(ids)
    for unit, side in zip(found, unit_sides, strict=True):
        for row in unit.rows:
            sides[row] = side
    return sides


def _check(table: "pa.Table", sides: "list[Side]", sizes: dict[str, int], config: SplitConfig, run: Run) -> None:
    wanted = {"train": 1 - config.val - config.test, "val": config.val, "test": config.test}
    for side, fraction in wanted.items():
        if fraction > 0 and not sizes[side]:
            raise LeafoutError(
                f"`{side}` would be empty: {table.num_rows} rows, fraction {fraction:.3g}",
                hint="give more rows, a larger fraction, or method: random",
            )
    labels: dict[str, set[str]] = {side: set() for side in wanted}
    for label, side in zip(table["label"].to_pylist(), sides, strict=True):
        if label is not None:
            labels[side].add(label)
    for side in ("val", "test"):
        unseen = labels[side] - labels["train"]
        if unseen:
            raise LeafoutError(
                f"labels of `{side}` are missing from train: {', '.join(sorted(unseen)[:5])}",
                hint="use method: stratified",
            )
        missing = labels["train"] - labels[side]
        if missing and sizes[side]:
            run.say(f"warning: `{side}` has no row of {len(missing)} labels, such as `{min(missing)}`")
