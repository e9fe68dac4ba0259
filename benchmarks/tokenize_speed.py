"""Training byte-level BPE on Chinese in parts of four characters, beside whole runs, in one process, back to back.

Seconds, and how many more tokens the same text becomes. Encoding and packing are in `data_tokenize.py`.

The text: a file of your own, one document a line.

    python benchmarks/tokenize_speed.py reviews.txt --vocab-size 8000
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from leafout.tokenization import byte_bpe
from leafout.tokenization.encode import plain_ids

_WHOLE = 1 << 16


def main() -> None:
    """Print the comparison."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("file", type=Path)
    wish.add_argument("--vocab-size", type=int, default=8000)
    given = wish.parse_args()
    texts = [line for line in given.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    print(f"{len(texts)} documents, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB")
    compare_training(texts, given.vocab_size)


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


def batches(texts: list[str]) -> Callable[[], Iterator[list[str]]]:
    """The texts in batches, anew at each call."""

    def some() -> Iterator[list[str]]:
        for start in range(0, len(texts), 1024):
            yield texts[start : start + 1024]

    return some


if __name__ == "__main__":
    main()
