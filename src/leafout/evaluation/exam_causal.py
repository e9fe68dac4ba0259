"""The exam of a model that generates: what the locked documents cost it, beside character n-grams.

Legend: D documents.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import Run
from leafout.evaluation.locked import chosen
from leafout.evaluation.witten_bell import WittenBell, count
from leafout.inference.load import Generator
from leafout.metrics.intervals import Interval, ratio, ratio_difference
from leafout.metrics.likelihood import perplexity
from leafout.text.language import language

if TYPE_CHECKING:
    import pyarrow as pa

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
_VAL_CHARS = 500_000
_LEAST_BYTES = 30
"""Shorter documents are not listed among the dearest: every one of them is."""
_PROMPT_CHARS, _PROMPTS_EACH, _NEW_TOKENS = 16, 3, 48


class Costing(Generator, Protocol):
    """A generator that tells what texts cost it."""

    def losses(self, text: str) -> Float64:
        """Nats of each token of a text and of the mark of its end."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What is read, in order; `bytes_D` of UTF-8."""

    ids: list[str]
    texts: list[str]
    sources: list[str]
    lines: list[int | None]
    bytes_D: Int64


@dataclass(frozen=True, slots=True)
class Costs:
    """What each document cost, `nats_D` over `tokens_D` tokens, and how long reading took."""

    documents: Documents
    nats_D: Float64
    tokens_D: Int64
    seconds: float

    @property
    def bits(self) -> Float64:
        """The same in bits, [D]."""
        return self.nats_D / math.log(2)

    def speed(self) -> dict[str, float]:
        """For `notes/`."""
        tokens = float(self.tokens_D.sum())
        return {"seconds": round(self.seconds, 3), "tokens_per_second": round(tokens / self.seconds, 1)}

    def dearest(self, most: int) -> list[dict[str, Any]]:
        """The documents with the most bits for each byte."""
        rate_D = np.where(self.documents.bytes_D >= _LEAST_BYTES, self.bits / np.maximum(self.documents.bytes_D, 1), -1)
        order = [place for place in np.argsort(-rate_D, kind="stable")[:most].tolist() if rate_D[place] >= 0]
        given = self.documents
        return [
            {
                "id": given.ids[place],
                "source": given.sources[place],
                "line": given.lines[place],
                "text": given.texts[place],
                "bits_per_byte": round(float(rate_D[place]), 6),
            }
            for place in order
        ]


def exam_documents(table: "pa.Table", *, max_rows: int, seed: int) -> Documents:
    """The locked documents, or as many as asked for, drawn without repeats and in their order."""
    texts = table["text"].to_pylist()
    filled = np.flatnonzero(np.array([bool(text) for text in texts]))
    if not len(filled):
        raise LeafoutError("no test document has a text")
    places = chosen(filled, max_rows, seed=seed).tolist()
    columns = {name: table[name].to_pylist() for name in ("id", "source", "line")}
    return Documents(
        ids=[columns["id"][place] for place in places],
        texts=[texts[place] for place in places],
        sources=[columns["source"][place] or "" for place in places],
        lines=[columns["line"][place] for place in places],
        bytes_D=np.array([len(texts[place].encode()) for place in places], np.int64),
    )


def read(generator: Costing, documents: Documents, *, run: Run) -> Costs:
    """Let the model read every document.

    Raises:
        LeafoutError: when a cost is not a number.
        Stopped: when that was asked for.
    """
    nats, tokens = [], []
    start = time.perf_counter()
    for place, text in enumerate(documents.texts):
        if run.should_stop():
            raise Stopped
        run.progress(place, len(documents.texts), unit="documents")
        losses = generator.losses(text)
        nats.append(float(losses.sum()))
        tokens.append(len(losses))
    if not np.isfinite(nats).all():
        raise LeafoutError("the release answers with NaN or infinity", where=str(generator.release.path))
    seconds = max(time.perf_counter() - start, 1e-9)
    return Costs(documents, np.array(nats), np.array(tokens, np.int64), seconds)


def examine_generator(costs: Costs, rows: Path, *, floor_chars: int, samples: int, run: Run) -> dict[str, Any]:
    """What `exam.json` says of a model that generates.

    Args:
        costs: of the locked documents.
        rows: the split, whose `train` the n-grams are counted on and whose `val` chooses their length.
        floor_chars: training characters for them, at most; 0 leaves the floor out.
        samples: bootstrap resamples over documents.
        run: its seed draws.
    """
    bytes_D, tokens_D = costs.documents.bytes_D.astype(np.float64), costs.tokens_D.astype(np.float64)
    loss = ratio(costs.nats_D, tokens_D, samples=samples, seed=run.seed)
    exam: dict[str, Any] = {
        "task": "generate",
        "num_rows": len(costs.documents.ids),
        "num_tokens": int(costs.tokens_D.sum()),
        "num_bytes": int(costs.documents.bytes_D.sum()),
        "loss": loss.plain(),
        "perplexity": Interval(*(perplexity(nats) for nats in (loss.value, loss.low, loss.high))).plain(),
        "bits_per_byte": ratio(costs.bits, bytes_D, samples=samples, seed=run.seed).plain(),
    }
    if floor_chars:
        run.progress(0, None, note="counting character n-grams")
        exam |= _beside(costs, rows, floor_chars=floor_chars, samples=samples, run=run)
    return exam


def generator_figures(exam: dict[str, Any]) -> dict[str, float]:
    """The flat figures that gates look at."""
    found = {name: exam[name]["value"] for name in ("loss", "perplexity", "bits_per_byte")}
    found["rows"] = float(exam["num_rows"])
    if "floor" in exam:
        found["floor_bits_per_byte"] = exam["floor"]["bits_per_byte"]["value"]
        found["gain_over_floor"] = exam["gain_over_floor"]["value"]
    parity = exam.get("parity", {})
    return found | {name: parity[name] for name in ("agreement", "flip_rate") if name in parity}


def samples_of(generator: Generator, documents: Documents, *, seed: int) -> list[dict[str, str]]:
    """How it goes on from the beginnings of a few documents of each language."""
    prompts: list[str] = []
    for name in ("zh", "en"):
        mine = [text for text in documents.texts if len(text) > 2 * _PROMPT_CHARS and language(text) == name]
        prompts += [text[:_PROMPT_CHARS] for text in mine[:_PROMPTS_EACH]]
    prompts = prompts or [text[:_PROMPT_CHARS] for text in documents.texts[:_PROMPTS_EACH]]
    written = generator.generate(prompts, max_new_tokens=_NEW_TOKENS, temperature=0.8, top_k=40, seed=seed)
    return [{"prompt": prompt, "text": part.text} for prompt, part in zip(prompts, written, strict=True)]


def _beside(costs: Costs, rows: Path, *, floor_chars: int, samples: int, run: Run) -> dict[str, Any]:
    train, read_chars = _texts(rows / "train", floor_chars, seed=run.seed)
    if not train:
        run.say("warning: `train` has no text, so there is no floor beside the exam")
        return {}
    model = count(train)
    context = _context(model, rows, seed=run.seed)
    bits_D = model.nats(costs.documents.texts)[context] / math.log(2)
    bytes_D = costs.documents.bytes_D.astype(np.float64)
    gain = ratio_difference(bits_D, costs.bits, bytes_D, samples=samples, seed=run.seed)
    floor = {
        "bits_per_byte": ratio(bits_D, bytes_D, samples=samples, seed=run.seed).plain(),
        "order": context + 1,
        "num_train_chars": sum(map(len, train)),
        "num_chars_read": read_chars,
    }
    return {"floor": floor, "gain_over_floor": gain.plain()}


def _context(model: WittenBell, rows: Path, *, seed: int) -> int:
    """The length of context that is best on `val`; the longest where there is none."""
    val = _texts(rows / "val", _VAL_CHARS, seed=seed)[0]
    return int(model.nats(val).sum(axis=1).argmin()) if val else len(model.orders) - 1


def _texts(folder: Path, most_chars: int, *, seed: int) -> tuple[list[str], int]:
    """Documents drawn until they have so many characters, in their order, and the characters of all there are."""
    from leafout.corpus.documents import read_table

    if not folder.is_dir():
        return [], 0
    texts: list[str] = [text for text in read_table(folder, columns=["text"])["text"].to_pylist() if text]
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    if int(lengths.sum()) <= most_chars:
        return texts, int(lengths.sum())
    order = np.random.default_rng((seed, 0xF100)).permutation(len(texts))
    num_taken = max(int((np.cumsum(lengths[order]) <= most_chars).sum()), 1)
    return [texts[place] for place in np.sort(order[:num_taken])], int(lengths.sum())
