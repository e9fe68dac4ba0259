"""Contamination of text by held-out rows: the compiled search beside a textbook set of n-grams, on the same documents.

Both look for the same runs (13 words, 20 characters in Chinese, short rows as a whole) and must name the same
documents. Prints MB/s of CPU time for each, and the ratio.

    python benchmarks/data_contamination.py --data data/ --rows 5000 --megabytes 100 --check 5

FOLDER/rows holds *.jsonl or *.jsonl.xz whose `text` is held out, FOLDER/raw the texts to search, likewise.
"""

import argparse
import json
import lzma
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from leafout.corpus.contamination import Findings, IndexMaker, findings
from leafout.corpus.contamination_rule import Contamination

RULE = Contamination(common=0)
WORD = re.compile(r"[⺀-\uFEFF\uFF66-\U0003FFFF](?<=\w)|[^\W⺀-\uFEFF\uFF66-\U0003FFFF]+")
BATCH = 4096


def read_texts(folder: Path) -> Iterator[str]:
    """The texts of all files of a folder, in order."""
    for path in sorted(folder.glob("*.jsonl*")):
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                text = row.get("text") or max((v for v in row.values() if isinstance(v, str)), key=len, default="")
                if text:
                    yield text


def ours(rows: list[str], texts: list[str]) -> tuple[set[int], float, float]:
    """Contaminated documents, seconds to index and to search."""
    begin = time.process_time()
    maker = IndexMaker(RULE)
    for start in range(0, len(rows), BATCH):
        maker.add(pa.array(rows[start : start + BATCH]))
    index = maker.index()
    indexed = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        found = Findings(Path(folder) / "findings.bin", index)
        for start in range(0, len(texts), BATCH):
            found.add(findings(index, pa.array(texts[start : start + BATCH]), first_row=start))
        documents = set(found.overlap(RULE).documents.tolist())
    print(f"{len(index.entries.hashes_E):,} n-grams of {len(rows):,} rows, one of {index.thinned} kept")
    return documents, indexed - begin, time.process_time() - indexed


def plain(rows: list[str], texts: list[str]) -> tuple[set[int], float]:
    """The same by a set of tuples of words."""
    wanted: set[tuple[str, ...]] = set()
    for row in rows:
        words = WORD.findall(row.lower())
        alone = 2 * sum(ord(word[0]) >= 0x2E80 for word in words) >= len(words)
        length = min(RULE.characters if alone else RULE.words, len(words))
        if length >= (RULE.short_characters if alone else RULE.short_words):
            wanted |= {tuple(words[n : n + length]) for n in range(len(words) - length + 1)}
    lengths = sorted({len(gram) for gram in wanted})
    begin = time.process_time()
    found = set()
    for number, text in enumerate(texts):
        words = WORD.findall(text.lower())
        if any(tuple(words[n : n + length]) in wanted for length in lengths for n in range(len(words) - length + 1)):
            found.add(number)
    return found, time.process_time() - begin


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds rows/ and raw/")
    parser.add_argument("--rows", type=int, default=5000, help="held-out rows, at most")
    parser.add_argument("--megabytes", type=float, default=100, help="texts to search, at most")
    parser.add_argument("--check", type=float, default=5, help="megabytes that the plain way searches too")
    asked = parser.parse_args()
    rows = [row for row, _ in zip(read_texts(asked.data / "rows"), range(asked.rows), strict=False)]
    texts, size, checked, check_size = [], 0, 0, 0
    for text in read_texts(asked.data / "raw"):
        for first in range(0, len(text), 4000):
            texts.append(text[first : first + 4000])
            size += len(texts[-1].encode())
            if size <= asked.check * 1e6:
                checked, check_size = len(texts), size
        if size > asked.megabytes * 1e6:
            break
    if not rows or not checked:
        parser.error("no rows, or no texts of so many megabytes")
    # text that does hold some of the rows, so that both have something to find
    texts[0] += "\n" + rows[0] + "\n" + rows[-1]
    ours(rows[:10], texts[:10])
    documents, index_seconds, seconds = ours(rows, texts)
    theirs, plain_seconds = plain(rows, texts[:checked])
    mine = {document for document in documents if document < checked}
    rate, plain_rate = size / 1e6 / seconds, check_size / 1e6 / plain_seconds
    print(f"index {index_seconds:.1f} s, search {size / 1e6:.0f} MB in {seconds:.1f} s")
    print(f"compiled {rate:.1f} MB/s, set of tuples {plain_rate:.2f} MB/s, ratio {rate / plain_rate:.0f}")
    verdict = "equal" if mine == theirs else "NOT EQUAL"
    print(f"contaminated in the first {checked}: {len(mine)} and {len(theirs)}, {verdict}")


if __name__ == "__main__":
    main()
