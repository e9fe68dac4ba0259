"""The text a tokenizer is trained on: the train documents, or an even part of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from leafout.corpus.documents import read_batches

BATCH_DOCUMENTS = 1024


def read_texts(folder: Path, *, text_b: bool) -> Iterator[list[str]]:
    """The texts of documents in batches; a second text stands on a line of its own under the first."""
    columns = ["text", "text_b"] if text_b else ["text"]
    for batch in read_batches(folder, columns=columns, batch_rows=BATCH_DOCUMENTS):
        firsts: list[str] = batch.column("text").to_pylist()
        yield joined(firsts, batch.column("text_b").to_pylist()) if text_b else firsts


def joined(firsts: list[str], seconds: list[str | None]) -> list[str]:
    """First and second texts, one under the other."""
    return [first if not second else f"{first}\n{second}" for first, second in zip(firsts, seconds, strict=True)]


def training_texts(folder: Path, *, max_bytes: int, text_b: bool) -> Callable[[], Iterator[list[str]]]:
    """An even part of documents of about `max_bytes` in all; the same one at each call.

    Args:
        folder: of documents.
        max_bytes: of text, in UTF-8.
        text_b: whether second texts belong to it.

    Returns:
        A function that gives the texts anew, in batches.
    """
    total = sum(len(text.encode()) for batch in read_texts(folder, text_b=text_b) for text in batch)
    share = min(1.0, max_bytes / max(total, 1))

    def texts() -> Iterator[list[str]]:
        seen = 0
        for batch in read_texts(folder, text_b=text_b):
            # document n is taken where n * share passes a whole number: evenly spread, nothing drawn
            yield [text for n, text in enumerate(batch, seen) if int((n + 1) * share) > int(n * share) or share == 1.0]
            seen += len(batch)

    return texts
