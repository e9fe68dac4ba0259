"""Whole ways of text through leafout, datatrove and data-juicer: the same documents, two workers, CPU time of all.

Read packed JSON lines, find the language, judge by quality rules (Gopher's, those on repetition, C4's without line
ends), mask e-mail and IP addresses, drop near-duplicates by MinHash, write. Ours is `leafout run` with a chain of
`collect` and `clean`; datatrove's is its LocalPipelineExecutor with JsonlReader, LanguageFilter,
GopherRepetitionFilter, GopherQualityFilter, C4QualityFilter, PIIFormatter, JsonlWriter and the four steps of MinHash
(14 by 8 hashes, 5-grams); data-juicer's a recipe for each language with its nearest operators (its quality filters are
simpler, and it does not unite the rows that it reads with those of another language). Documents are cut from the user's
texts (2 to 6 KB), half of them Chinese; a fifth are near-copies of others, and one in thirty gets an address.

    python benchmarks/data_end_to_end.py --data texts/ --documents 2500

FOLDER/raw holds *.txt, *.txt.xz or *.jsonl.xz, Chinese and English; the longest string of a JSON row is its text.

CPU seconds are user and system time of a program and of all the processes it started, also those that outlive it
(Linux). `start` is what the same program takes for ten documents, `net` the rest: what each further document costs.
"""

import argparse
import gzip
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from compared_programs import HEADER, Program, compare, peer, run_chain  # type: ignore[import-not-found]  # the file beside this one
from data_dedup import documents, planted  # type: ignore[import-not-found]  # the file beside this one
from data_quality import whole_family  # type: ignore[import-not-found]  # the file beside this one
from end_to_end_peers import (  # type: ignore[import-not-found]  # the file beside this one
    DATATROVE,
    DATATROVE_PACKAGES,
    JUICER,
    JUICER_PACKAGES,
)

QUALITY = {"languages": ["en", "zh"], "quality": {"preset": "gopher", "c4": {"line_ends": False}}}
ADDRESSES = (
    "write to {}.{}@post.example.org",
    "联系邮箱 {}{}@qq.com",
    "the host {}.{}.8.8 answers",
    "服务器 {}.{}.4.4",
)


def main() -> None:
    """Print a row for each program."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="folder that holds raw/*.txt, *.txt.xz, *.jsonl.xz")
    wish.add_argument("--documents", type=int, default=2500, help="in all, near-copies counted")
    wish.add_argument("--seed", type=int, default=7)
    wish.add_argument("--only", nargs="*", default=["datatrove", "data-juicer"], help="peers to run")
    given = wish.parse_args()
    texts = made_texts(given.data / "raw", given.documents, given.seed)
    megabytes = sum(len(text.encode()) for some in texts.values() for text in some) / 1e6
    print(f"{sum(map(len, texts.values()))} documents, {megabytes:.1f} MB, 2 workers; CPU seconds")
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_input({kind: some[:5] for kind, some in texts.items()}, work / "few")
        write_input(texts, work / "all")
        others = [program for program in (datatrove(), juicer()) if program.name in given.only]
        compare([ours(), *others], work, megabytes)


def made_texts(folder: Path, count: int, seed: int) -> dict[str, list[str]]:
    """So many documents, half of each language."""
    found, made = documents(folder, random.Random(seed)), {}
    for kind, some in sorted(found.items()):
        draw = random.Random(seed)
        wanted = count * 2 // 5
        if len(some) < wanted:
            raise SystemExit(f"{folder} gives {len(some)} documents of {kind}, {wanted} are wanted")
        made[kind] = [with_address(text, draw) for text in planted(draw.sample(some, wanted), draw)]
    return made


def with_address(text: str, draw: random.Random) -> str:
    """One text in thirty with an address to mask."""
    if draw.random() > 1 / 30:
        return str(text)
    return f"{text}\n{draw.choice(ADDRESSES).format(draw.randint(10, 200), draw.randint(10, 200))}\n"


def write_input(texts: dict[str, list[str]], folder: Path) -> None:
    """Two packed files of each language: all in `mixed`, and each language by itself."""
    for kind, some in texts.items():
        for place, name in ((folder / "mixed", f"{kind}-"), (folder / kind, "")):
            place.mkdir(parents=True, exist_ok=True)
            for part in range(2):
                with gzip.open(place / f"{name}{part}.jsonl.gz", "wt", encoding="utf-8", compresslevel=4) as file:
                    for number, text in enumerate(some[part::2]):
                        row = {"text": text, "id": f"{kind}-{part}-{number}"}
                        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def ours() -> Program:
    """A chain of two stages."""

    def commands(source: Path, out: Path) -> list[list[str]]:
        masked = {"personal_data": {"kinds": ["email", "ip"]}}
        chain = {"collect": {"files": f"{source}/mixed"}, "clean": {"from": "collect", **QUALITY, **masked}}
        made: list[list[str]] = run_chain(chain, out)
        return made

    def kept(out: Path) -> dict[str, int]:
        found: dict[str, int] = {"en": 0, "zh": 0}
        for path in (out / "store" / "artifacts").glob("clean-*/part-*.parquet"):
            for kind in pq.read_table(path, columns=["language"])["language"].to_pylist():
                found[kind] += 1
        return found

    return Program("leafout", commands, kept, repeats=3)


def datatrove() -> Program:
    """Its pipelines."""
    return peer("datatrove", DATATROVE_PACKAGES, DATATROVE, rows_kept, json.dumps(quality_wanted()))


def quality_wanted() -> dict[str, dict[str, dict[str, Any]]]:
    """Options of datatrove's filters by language: its own for English, our thresholds for Chinese."""
    wanted: dict[str, dict[str, dict[str, Any]]] = {"repetition": {"en": {}}, "gopher": {"en": {}}}
    for name, options in whole_family("gopher", "zh"):
        wanted[name]["zh"] = options
    wanted["gopher"]["zh"]["max_non_alpha_words_ratio"] = 0.6  # its tokens are words and punctuation, one in four
    loose = {"filter_no_terminal_punct": False}
    zh = {"min_words_per_line": -1, "max_word_length": -1, "min_num_sentences": 3, "filter_javascript": False}
    return {**wanted, "c4": {"en": loose, "zh": {**loose, **zh}}}


def juicer() -> Program:
    """Its recipes."""
    return peer("data-juicer", JUICER_PACKAGES, JUICER, rows_kept)


def rows_kept(out: Path) -> dict[str, int]:
    """Rows of JSON that a peer wrote for each language."""
    found = {"en": 0, "zh": 0}
    for kind in found:
        folder = out / "made" / "kept"
        for path in [*(folder / kind).glob("*.jsonl.gz"), *folder.glob(f"{kind}.jsonl")]:
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
                found[kind] += sum(1 for _ in file)
    return found


if __name__ == "__main__":
    main()
