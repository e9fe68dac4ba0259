"""The books balance: what each data stage read is kept, rejected, dropped or merged, once, and what one kept the next
one read; the card, the notes and the payload count the same rows.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.corpus.documents import count_documents, read_table
from leafout.stages.clean import CleanConfig, clean
from leafout.stages.collect import CollectConfig, collect
from leafout.stages.split import SplitConfig, split
from leafout.stages.tokenize import TokenizeConfig, tokenize
from messy import write_messy

SIDES = ("train", "val", "test")
NO_BOOKS = re.compile("nothing is left|would be empty|are missing from train|has a token|vocab_size|too few")
"""Chains that rightly end with an error."""


def books(out: Path) -> dict[str, Any]:
    """The ledger of a stage; it adds up."""
    funnel: dict[str, Any] = json.loads((out / "notes/funnel.json").read_text(encoding="utf-8"))
    lost = sum(funnel["rejected"].values()) + sum(funnel["dropped"].values())
    assert funnel["read"] == funnel["kept"] + lost + funnel["merged"]
    assert all(count > 0 for name in ("rejected", "dropped", "edited") for count in funnel[name].values())
    return funnel


def cards(out: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((out / "notes/card.json").read_text(encoding="utf-8"))
    for one in (card["whole"], *card.get("sides", {}).values()):
        for tally in ("sources", "licences", "languages", "hosts", "years"):
            named = sum(row["documents"] for row in one[tally]["top"])
            assert named + one[tally]["others"]["documents"] + one[tally]["none_said"]["documents"] == one["documents"]
        assert sum(row["documents"] for row in one["lengths"]) == one["documents"]
        assert len(one["sample"]) == min(20, one["documents"])
    return card


def rows_of(folder: Path) -> Counter[str]:
    return Counter(read_table(folder, columns=["id"])["id"].to_pylist())


def dropped_of(out: Path) -> tuple[Counter[str], Counter[str]]:
    """The ids and the reasons of the documents that a stage kept aside."""
    folder = out / "notes/dropped"
    if not folder.exists():
        return Counter(), Counter()
    table = read_table(folder, columns=["id", "reason"])
    return Counter(table["id"].to_pylist()), Counter(table["reason"].to_pylist())


def collected(given: Path, out: Path, known_rows: int, **config: Any) -> Path:
    out.mkdir()
    (out / "notes").mkdir()
    files = [str(path) for path in sorted(given.iterdir())]
    metrics = collect(out=out, config=CollectConfig.read({"files": files, "max_rejects": 1.0} | config))
    funnel = books(out)
    assert funnel["read"] == known_rows
    assert funnel["kept"] == metrics["documents"] == count_documents(out) == cards(out)["whole"]["documents"]
    rejects = out / "notes/rejects.jsonl"
    reasons = Counter(
        json.loads(line)["reason"].split(":", maxsplit=1)[0]
        for line in (rejects.read_text(encoding="utf-8").splitlines() if rejects.exists() else [])
    )
    assert reasons == funnel["rejected"]
    assert set(rows_of(out).values()) == {1}
    return out


def cleaned(given: Sequence[Path], out: Path, **config: Any) -> Path:
    out.mkdir()
    (out / "notes").mkdir()
    metrics = clean(given, out=out, config=CleanConfig.read(config))
    funnel = books(out)
    ids, reasons = dropped_of(out)
    before = sum((rows_of(one) for one in given), Counter())
    assert funnel["read"] == sum(before.values())
    assert rows_of(out) + ids == before
    assert reasons == funnel["dropped"]
    assert funnel["kept"] == metrics["documents"] == cards(out)["whole"]["documents"]
    assert metrics["kept_fraction"] == round(funnel["kept"] / funnel["read"], 4)
    return out


def parted(given: Sequence[Path], out: Path, seed: int = 0, held_out: Sequence[Path] = (), **config: Any) -> Path:
    out.mkdir()
    metrics = split(given, held_out, out=out, config=SplitConfig.read(config), run=QuietRun(seed=seed))
    funnel, card = books(out), cards(out)
    ids, reasons = dropped_of(out)
    sides = {side: rows_of(out / side) for side in SIDES}
    assert sum(sides.values(), Counter()) + ids == sum((rows_of(one) for one in given), Counter())
    assert reasons == funnel["dropped"]
    for side in SIDES:
        assert sum(sides[side].values()) == metrics[side] == funnel["sides"][side]
        assert card["sides"][side]["documents"] == metrics[side]
    assert card["whole"]["documents"] == funnel["kept"]
    return out


def packed(given: Path, out: Path, **config: Any) -> Path:
    out.mkdir()
    (out / "notes").mkdir()
    metrics = tokenize(given, out=out, config=TokenizeConfig.read({"vocab_size": 300} | config))
    funnel = books(out)
    assert funnel["read"] == count_documents(given / "train") + count_documents(given / "val")
    assert funnel["kept"] == metrics["documents"]
    return out


def test_collect_counts_every_row_of_every_file_once(tmp_path: Path) -> None:
    known = write_messy(tmp_path / "files", 1)
    out = collected(tmp_path / "files", tmp_path / "out", known)
    sources = {Path(row["name"]).name: row["documents"] for row in cards(out)["whole"]["sources"]["top"]}
    assert set(sources) == {"news.jsonl", "posts.csv", "bundle.zip", "alone.txt"}
    sampled = collected(tmp_path / "files", tmp_path / "sampled", known, sample=0.5, source_caps={"*.zip": 5})
    assert {"not sampled", "over the cap of its source"} <= set(books(sampled)["dropped"])


def test_clean_counts_every_document_once_whatever_rules_are_on(tmp_path: Path) -> None:
    known = write_messy(tmp_path / "files", 2)
    given = collected(tmp_path / "files", tmp_path / "collected", known)
    rules: dict[str, Any] = {
        "languages": ["zh", "en"],
        "personal_data": {},
        "repeated_lines": {},
        "repeated_paragraphs": {},
    }
    out = cleaned([given], tmp_path / "out", **rules, repeated_substrings={"min_chars": 60}, index=True)
    assert {"too_short", "duplicate"} <= set(books(out)["dropped"])
    assert cards(out)["notes"]["masked"]


def test_split_counts_every_row_once_and_what_is_held_out_is_dropped(tmp_path: Path) -> None:
    known = write_messy(tmp_path / "files", 3)
    given = collected(tmp_path / "files", tmp_path / "collected", known)
    first = parted([given], tmp_path / "first", val=0.2, test=0.2)
    out = parted([given], tmp_path / "second", seed=1, held_out=[first], method="random", contamination={"words": 8})
    assert books(out)["dropped"]["contaminated"] > 0


def test_a_split_that_is_given_counts_its_leaks_and_its_rows_once(tmp_path: Path) -> None:
    for number, side in enumerate(("train", "test")):
        write_messy(tmp_path / side, 9)
        (tmp_path / side / "posts.csv").rename(tmp_path / f"{side}.csv")
        (tmp_path / f"{side}.csv").write_text(
            (tmp_path / f"{side}.csv").read_text(encoding="utf-8") + f'"另一行 of side {number}，不重复的内容",正\n',
            encoding="utf-8",
        )
    out = tmp_path / "collected"
    out.mkdir()
    (out / "notes").mkdir()
    files = [str(tmp_path / "train.csv"), str(tmp_path / "test.csv")]
    collect(out=out, config=CollectConfig.read({"files": files}))
    sides = {"train": "*train.csv", "test": "*test.csv"}
    as_is = parted([out], tmp_path / "as-is", method="fixed", sides=sides)
    card = cards(as_is)
    assert 0 < card["sides"]["test_deleaked"]["documents"] < card["sides"]["test"]["documents"]
    assert card["notes"]["leaks"]["test"]["leaked"] > 0
    other = parted([out], tmp_path / "other", method="fixed", sides=sides, leaks="from_train")
    assert books(other)["dropped"]["copy_of_test"] > 0


def test_tokenize_counts_every_document_of_train_and_val_once(tmp_path: Path) -> None:
    known = write_messy(tmp_path / "files", 4)
    given = collected(tmp_path / "files", tmp_path / "collected", known)
    packed(parted([given], tmp_path / "split", val=0.2, test=0.2), tmp_path / "out")


def test_a_chain_of_two_sources_keeps_its_books_to_the_end(tmp_path: Path) -> None:
    given = []
    for number in range(2):
        known = write_messy(tmp_path / f"files{number}", number, rows=200)
        given.append(collected(tmp_path / f"files{number}", tmp_path / f"collected{number}", known))
    corpus = cleaned(given, tmp_path / "cleaned", languages=["zh", "en"], personal_data={})
    packed(parted([corpus], tmp_path / "sides", val=0.1, test=0.1), tmp_path / "packed", kind="bpe")
    sides, clean_books = books(tmp_path / "sides"), books(corpus)
    assert clean_books["read"] == sum(books(one)["kept"] for one in given)
    assert sides["read"] == clean_books["kept"]
    assert books(tmp_path / "packed")["read"] == sides["sides"]["train"] + sides["sides"]["val"]


CLEANING = st.fixed_dictionaries(
    {},
    optional={
        "languages": st.sampled_from([["zh"], ["en"], ["zh", "en"]]),
        "language_of": st.sampled_from(["document", "paragraph"]),
        "quality": st.fixed_dictionaries({"min_chars": st.integers(1, 60)}),
        "personal_data": st.just({}),
        "labelled": st.booleans(),
        "repeated_lines": st.just({"site": "corpus"}),
        "repeated_paragraphs": st.just({}),
        "repeated_substrings": st.just({"min_chars": 50}),
        "dedup": st.booleans(),
        "near_dedup": st.one_of(st.none(), st.fixed_dictionaries({"threshold": st.sampled_from([0.6, 0.8, 0.9])})),
        "conflicts": st.sampled_from(["drop", "first"]),
    },
)
SPLITTING = st.fixed_dictionaries(
    {"val": st.sampled_from([0.1, 0.2]), "test": st.sampled_from([0.1, 0.2])},
    optional={
        "method": st.sampled_from(["hash", "random", "stratified"]),
        "near_duplicates": st.sampled_from([0.0, 0.7, 0.8]),
        "contamination": st.sampled_from(
            [None, {"words": 8, "within": "remove"}, {"within": "remove", "remove": "spans"}]
        ),
    },
)


def grow(folder: Path, draw: Any) -> None:
    """A random chain: messy files, collected in one or two, cleaned together or not at all, split, tokenized."""
    given = []
    for number in range(draw(st.integers(1, 2))):
        known = write_messy(
            folder / f"files{number}", draw(st.integers(0, 10**6)), rows=draw(st.sampled_from([60, 200]))
        )
        chosen = draw(st.fixed_dictionaries({}, optional={"sample": st.just(0.7), "source_caps": st.just({"*": 30})}))
        given.append(collected(folder / f"files{number}", folder / f"collected{number}", known, **chosen))
    try:
        if draw(st.integers(0, 4)):
            given = [cleaned(given, folder / "cleaned", **draw(CLEANING))]
        sides = parted(given, folder / "sides", seed=draw(st.integers(0, 9)), **draw(SPLITTING))
        if draw(st.booleans()):
            packed(sides, folder / "packed", kind=draw(st.sampled_from(["wordpiece", "bpe"])))
    except LeafoutError as error:
        assume(not NO_BOOKS.search(error.message))
        raise


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_books_of_random_chains_balance(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grow(Path(folder), data.draw)
