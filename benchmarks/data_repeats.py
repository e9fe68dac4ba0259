"""Repetition below the document, and learned filters, beside plain ways to the same ends, on the same documents.

Repeats: the three searches over the user's texts in CPU seconds of one core, from part files to cut texts. Beside
`repeated_substrings` stands a dictionary of every window of 200 characters, which is exact too: on the first
`--check` MB both must cut the same characters (with `cut_at: character`). Filters: pages of one file against those of
others, likeness and topic beside scikit-learn's TF-IDF with logistic regression on the same pages, fitted on half and
measured on the other half (AUC), with the time to score them.

    python benchmarks/data_repeats.py --data texts/ --megabytes 100

FOLDER/raw holds *.jsonl.xz or *.txt.xz, Chinese and English; the longest string of a JSON row is its text.
"""

import argparse
import json
import lzma
import random
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from leafout.corpus import repeated_lines, repeated_paragraphs, repeated_substrings
from leafout.corpus.dealt import decision
from leafout.corpus.documents import Document, table_of
from leafout.corpus.filters import likeness, topic
from leafout.corpus.filters.rules import LikeRules, TopicRules
from leafout.corpus.parts import read_part, write_table
from leafout.corpus.repeat_rules import RepeatedLines, RepeatedParagraphs, RepeatedSubstrings
from leafout.corpus.repetition import Edits

PART_BYTES = 32 << 20
WINDOW = 200


def read_texts(folder: Path) -> dict[str, list[str]]:
    """The texts of each file."""
    found: dict[str, list[str]] = {}
    for path in sorted((folder / "raw").glob("*.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as file:
            if ".jsonl" in path.name:
                rows = (json.loads(line) for line in file)
                found[path.name] = [max((v for v in row.values() if isinstance(v, str)), key=len) for row in rows]
            else:
                whole = file.read()
                found[path.name] = [whole[first : first + 4000] for first in range(0, len(whole), 4000)]
    return found


def write_parts(documents: list[Document], folder: Path) -> list[Path]:
    """Documents as part files."""
    parts: list[Path] = []
    waiting: list[Document] = []
    size = 0
    for document in documents:
        waiting.append(document)
        size += len(document.text.encode())
        if size >= PART_BYTES or document is documents[-1]:
            parts.append(folder / f"{len(parts):05d}.arrow")
            write_table(parts[-1], table_of(waiting).combine_chunks())
            waiting, size = [], 0
    return parts


def search(module: ModuleType, parts: list[Path], rule: Any) -> tuple[Edits, list[str], list[float]]:
    """What was cut, the texts that are left, and the seconds of the three steps."""
    with tempfile.TemporaryDirectory() as name:
        folder, times = Path(name), [time.process_time()]
        surveys = [folder / f"{number}.npz" for number in range(len(parts))]
        for part, out in zip(parts, surveys, strict=True):
            module.survey(part, out, rule=rule)
        times.append(time.process_time())
        module.decide(parts, surveys, folder / "decided", rule=rule)
        times.append(time.process_time())
        edits, tables = Edits(), []
        for number, part in enumerate(parts):
            table, found = module.apply(read_part(part), decision(folder / "decided", number), rule=rule)
            edits.add(found)
            tables.append(table.column("text"))
        times.append(time.process_time())
        left = [text for column in tables for text in column.to_pylist()]
    return edits, left, [after - before for before, after in pairwise(times)]


def every_window(texts: list[str]) -> tuple[list[str], float]:
    """Texts without repeats by a dictionary of all windows of 200 units, and the seconds it took."""
    started = time.process_time()
    seen: dict[str, tuple[int, int]] = {}
    left = []
    for number, text in enumerate(texts):
        sizes = [1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4 for code in map(ord, text)]
        units, places = [0], [0]
        for size in sizes:
            units.append(units[-1] + (1 if size < 3 else 2))
            places.append(places[-1] + size)
        gone, first = bytearray(len(text)), 0
        for end in range(1, len(text) + 1):
            if units[end] < WINDOW:
                continue
            while units[end] - units[first + 1] >= WINDOW:
                first += 1
            for start in range(max(first - 1, 0), first + 1):
                if start < first and units[end - 1] - units[start] >= WINDOW:
                    continue
                other, place = seen.setdefault(text[start:end], (number, places[start]))
                if other != number or places[start] - place >= WINDOW:
                    gone[start:end] = b"\1" * (end - start)
        left.append("".join(char for char, away in zip(text, gone, strict=True) if not away))
    return left, time.process_time() - started


def repeats(texts: dict[str, list[str]], megabytes: float, check: float) -> None:
    """Print what the searches find and how fast."""
    documents, size = [Document(text, source=name) for name, rows in texts.items() for text in rows], 0
    random.Random(1).shuffle(documents)
    chosen: list[Document] = []
    for document in documents:
        if size < megabytes * 1e6:
            chosen.append(document)
            size += len(document.text.encode())
    with tempfile.TemporaryDirectory() as name:
        parts = write_parts(chosen, Path(name))
        searches: list[tuple[ModuleType, Any]] = [
            (repeated_lines, RepeatedLines()),
            (repeated_paragraphs, RepeatedParagraphs()),
            (repeated_substrings, RepeatedSubstrings()),
        ]
        for module, rule in searches:
            search(module, parts[-1:], rule)  # compile
            edits, _, seconds = search(module, parts, rule)
            speeds = [f"{size / 1e6 / max(step, 1e-9):.0f}" for step in (*seconds, sum(seconds))]
            print(f"{module.__name__.split('.')[-1]:22} {size / 1e6:.0f} MB: {edits.counts()}")
            print(
                f"{'':22} survey {speeds[0]}, decide {speeds[1]}, apply {speeds[2]}, in all {speeds[3]} MB/s a core",
                flush=True,
            )
    few, size = [], 0
    for document in chosen:
        if size < check * 1e6 and len(document.text) < 100_000:
            few.append(document)
            size += len(document.text.encode())
    with tempfile.TemporaryDirectory() as name:
        parts = write_parts(few, Path(name))
        rule = RepeatedSubstrings(cut_at="character")
        edits, left, seconds = search(repeated_substrings, parts, rule)
        plain, plain_seconds = every_window([document.text for document in few])
        print(f"every window in a dictionary, {size / 1e6:.1f} MB: the same cuts: {left == plain}, {edits.counts()}")
        print(f"{plain_seconds:.1f} s against {sum(seconds):.2f} s: {plain_seconds / sum(seconds):.0f}x", flush=True)


def measured(name: str, score: Callable[[Any], Any], pages: Any, truth: list[int], size: int) -> None:
    """Print an AUC and a speed."""
    started = time.process_time()
    scores = score(pages)
    seconds = time.process_time() - started
    print(
        f"  {name:38} AUC {roc_auc_score(truth, scores):.4f}, scores {size / 1e6 / seconds:.1f} MB/s a core", flush=True
    )


def linear(good: list[str], sample: list[str]) -> Callable[[list[str]], Any]:
    """What one would write with scikit-learn: TF-IDF of two and three characters, and logistic regression."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), sublinear_tf=True, max_features=1 << 18)
    model = LogisticRegression(max_iter=200, class_weight="balanced")
    model.fit(vectors.fit_transform(good + sample), [1] * len(good) + [0] * len(sample))
    return lambda pages: model.decision_function(vectors.transform(pages))


def filters(texts: dict[str, list[str]]) -> None:
    """Print how well pages of each file are told from those of others."""
    draw = random.Random(2)
    pages = {}
    for name, rows in texts.items():
        cut = [text[first : first + 1500] for text in rows for first in range(0, max(len(text) - 1000, 1), 1500)]
        pages[name] = draw.sample(cut, min(600, len(cut)))
    for name in [name for name in pages if len(pages[name]) == 600][:3]:
        good, new = pages[name][:300], pages[name][300:]
        others = [page for other in pages for page in pages[other] if other != name]
        draw.shuffle(others)
        sample, asked = others[::2], new + others[1::2]
        truth, size = [1] * len(new) + [0] * len(others[1::2]), sum(len(text.encode()) for text in asked)
        print(f"{name}: {len(good)} pages against {len(sample)} of other files")
        for method in ("classifier", "perplexity"):
            found, _ = likeness.fit(good, sample, rule=LikeRules.read({"like": "x", "method": method}), seed=0)
            measured(f"like, {method}", found.scores, pa.array(asked), truth, size)
        near, _ = topic.fit([good], sample, [], rule=TopicRules(like=("x",)))
        measured("topic", near.scores, pa.array(asked), truth, size)
        measured("scikit-learn", linear(good, sample), asked, truth, size)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with raw/*.jsonl.xz and raw/*.txt.xz")
    parser.add_argument("--megabytes", type=float, default=100, help="of text to search")
    parser.add_argument("--check", type=float, default=2, help="megabytes to search with a dictionary of all windows")
    words = parser.parse_args()
    texts = read_texts(words.data)
    repeats(texts, words.megabytes, words.check)
    filters(texts)


if __name__ == "__main__":
    main()
