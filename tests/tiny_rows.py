"""Tiny labelled rows as a split artifact."""

import json
from pathlib import Path

import numpy as np

from leafout.corpus.documents import Document, DocumentWriter, read_table
from leafout.corpus.splits import content_digest

_THINGS = ("书", "房间", "快递", "the book", "the room", "服务")
_WORDS = {"好": ("很好", "不小", "very good", "good"), "差": ("很坏", "很小", "bad", "very bad and not good")}


def write_rows(folder: Path, *, train: int = 120, val: int = 60, test: int = 40, pair: bool = False) -> Path:
    """Write a split of Chinese and English rows that a tiny model can learn, its test part locked."""
    random = np.random.default_rng(5)
    for part, count in (("train", train), ("val", val), ("test", test)):
        with DocumentWriter(folder / part) as writer:
            for number in range(count):
                label = "好" if number % 2 else "差"
                words = random.choice(_WORDS[label], int(random.integers(1, 4)))
                things = random.choice(_THINGS, len(words))
                text = " ".join(f"{thing} {word}" for thing, word in zip(things, words, strict=True))
                second = "这本书" if pair else None
                language = "zh" if number % 3 else "en"
                writer.write(Document(text, id=f"{part}{number}", label=label, text_b=second, language=language))
    lock(folder)
    return folder


def lock(folder: Path) -> None:
    """Write `split.json` with the digest of the test part as it is."""
    digest = content_digest(read_table(folder / "test"))
    (folder / "split.json").write_text(json.dumps({"test_digest": digest}), encoding="utf-8")
