"""Tokenizing beside what it is measured against, in one process, back to back, with ratios.

1. Training byte-level BPE on Chinese in parts of at most four characters, beside whole runs: seconds, and how many more
   tokens the same text becomes.
2. Encoding documents as `tokenize` packs them, beside `transformers` on the same documents with the same tokenizer.

The text: a file of your own, one document a line.

    python benchmarks/tokenize_speed.py reviews.txt --vocab-size 8000
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from transformers import AutoTokenizer

from leafout.corpus.documents import Document, DocumentWriter
from leafout.tokenization import byte_bpe, wordpiece
from leafout.tokenization.encode import plain_ids
from leafout.tokenization.files import write_tokenizer
from leafout.tokenization.load import load_tokenizer, num_ids
from leafout.tokenization.pack import Packer

_WHOLE = 1 << 16


def main() -> None:
    """Print both comparisons."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("file", type=Path)
    wish.add_argument("--vocab-size", type=int, default=8000)
    given = wish.parse_args()
    texts = [line for line in given.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    print(f"{len(texts)} documents, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB")
    compare_training(texts, given.vocab_size)
    with tempfile.TemporaryDirectory() as folder:
        compare_packing(texts, given.vocab_size, Path(folder))


def compare_training(texts: list[str], vocab_size: int) -> None:
    """Parts beside whole runs."""
    print(f"\n{'byte-level BPE, training on':<34}{'seconds':>9}{'ratio':>7}{'tokens':>12}{'more':>8}")
    found = {}
    for name, part_chars in (("whole runs of Chinese", _WHOLE), ("parts of four characters", 4)):
        start = time.perf_counter()
        made = byte_bpe.train_byte_bpe(batches(texts), vocab_size=vocab_size, part_chars=part_chars)
        seconds = time.perf_counter() - start
        found[name] = seconds, sum(map(len, plain_ids(made, texts)))
        first_seconds, first_tokens = next(iter(found.values()))
        seconds, tokens = found[name]
        more = tokens / first_tokens - 1
        print(f"{name:<34}{seconds:>9.1f}{first_seconds / seconds:>7.2f}{tokens:>12}{more:>8.2%}")


def compare_packing(texts: list[str], vocab_size: int, folder: Path) -> None:
    """Packing beside transformers."""
    made = wordpiece.train_wordpiece(batches(texts), vocab_size=vocab_size)
    write_tokenizer(made, folder / "tokenizer", named=wordpiece.NAMED, lowercase=True)
    with DocumentWriter(folder / "documents") as writer:
        for text in texts:
            writer.write(Document(text))
    theirs, ours = AutoTokenizer.from_pretrained(folder / "tokenizer"), load_tokenizer(folder / "tokenizer")

    def transformers() -> int:
        rows = (theirs(batch, add_special_tokens=False)["input_ids"] for batch in batches(texts)())
        return sum(len(ids) for batch in rows for ids in batch)

    def pack() -> int:
        packer = Packer(ours, num_ids=num_ids(ours))
        *_, counts = packer.pack(folder / "documents", folder / "shards", text_b=True)
        return int(counts.ids_V.sum())

    sides: dict[str, Callable[[], int]] = {"transformers, ids in lists": transformers, "tokenize, ids on disk": pack}
    print(f"\n{'WordPiece, encoding':<34}{'Mtok/s':>9}{'ratio':>7}{'tokens':>12}")
    first = 0.0
    for name, side in sides.items():
        start = time.perf_counter()
        tokens = side()
        speed = tokens / (time.perf_counter() - start)
        first = first or speed
        print(f"{name:<34}{speed / 1e6:>9.2f}{speed / first:>7.2f}{tokens:>12}")


def batches(texts: list[str]) -> Callable[[], Iterator[list[str]]]:
    """The texts in batches, anew at each call."""

    def some() -> Iterator[list[str]]:
        for start in range(0, len(texts), 1024):
            yield texts[start : start + 1024]

    return some


if __name__ == "__main__":
    main()
