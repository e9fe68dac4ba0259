"""A release beside its model: texts/s on one core, in one process, back to back, and the ratio.

Sides: transformers in fp32 with dynamic padding (texts in arrival order, 16 at a time), the same sorted by length, the
packed graph in fp32, in int8 with a scale for each token, and in int8 with one scale for a batch (what
`quantize_dynamic` writes). Random weights: speed does not depend on them. The last column is how many answers change
over random batchings.

    python benchmarks/release_speed.py --layers 4 --width 256 --texts 256
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertConfig, BertForSequenceClassification

from leafout.compression.bert_weights import read_bert
from leafout.compression.packed_graph import packed_graph
from leafout.inference.packed_inputs import packed_inputs
from leafout.tasks.example import Example, collate, sorted_order

Logits = NDArray[np.float32]
Run = Callable[[list[Example]], Logits]


def main() -> None:
    """Print one line for each side."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--layers", type=int, default=4)
    wish.add_argument("--width", type=int, default=256)
    wish.add_argument("--vocab-size", type=int, default=16_000)
    wish.add_argument("--texts", type=int, default=256)
    wish.add_argument("--rounds", type=int, default=5)
    given = wish.parse_args()
    torch.set_num_threads(1)
    rows = make_rows(given.texts, given.vocab_size)
    mean_tokens = np.mean([len(row.ids) for row in rows])
    print(f"{given.layers} x {given.width}, {len(rows)} texts of {mean_tokens:.1f} tokens on average, one core")
    with tempfile.TemporaryDirectory() as folder:
        sides, sizes = make_sides(Path(folder), given)
        logits = {name: run(rows) for name, run in sides.items()}
        seconds = measure(sides, rows, rounds=given.rounds)
        first = next(iter(sides))
        print(f"{'side':<34}{'texts/s':>9}{'ratio':>7}{'MB':>8}{'flips':>8}{'logit off by':>14}")
        for name, run in sides.items():
            off = np.abs(logits[name] - logits[first]).max()
            ratio = seconds[first] / seconds[name]
            flips = flip_rate(run, rows[:128])
            print(
                f"{name:<34}{len(rows) / seconds[name]:>9.0f}{ratio:>7.2f}{sizes[name]:>8.1f}{flips:>8.4f}{off:>14.6f}"
            )


def make_rows(count: int, vocab_size: int) -> list[Example]:
    """Texts with lengths as reviews have them (log-normal, median 20 tokens)."""
    random = np.random.default_rng(0)
    lengths = np.clip(random.lognormal(3, 0.5, count), 3, 128).astype(int)
    return [Example(random.integers(5, vocab_size, n).astype(np.int32), np.zeros(n, np.int8)) for n in lengths]


def make_sides(folder: Path, given: argparse.Namespace) -> tuple[dict[str, Run], dict[str, float]]:
    """Everything that can answer, the reference first, and megabytes of each."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=given.vocab_size,
        hidden_size=given.width,
        num_hidden_layers=given.layers,
        num_attention_heads=given.width // 64,
        intermediate_size=4 * given.width,
        num_labels=10,
    )
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(folder)
    weights = read_bert(folder)
    graphs = {"packed graph, fp32": packed_graph(weights, precision="fp32")}
    graphs["packed graph, int8 by token"] = packed_graph(weights, precision="int8")
    (folder / "fp32.onnx").write_bytes(graphs["packed graph, fp32"])
    options = {"DefaultTensorType": 1}
    quantize_dynamic(
        folder / "fp32.onnx", folder / "int8.onnx", per_channel=True, weight_type=QuantType.QInt8, extra_options=options
    )
    graphs["packed graph, int8 by batch"] = (folder / "int8.onnx").read_bytes()
    sides: dict[str, Run] = {
        "transformers, 16 at a time": lambda rows: padded(model, rows, by_length=False),
        "transformers, sorted by length": lambda rows: padded(model, rows, by_length=True),
    }
    sizes = dict.fromkeys(sides, (folder / "model.safetensors").stat().st_size / 1e6)
    for name, graph in graphs.items():
        sides[name] = packed(graph)
        sizes[name] = len(graph) / 1e6
    return sides, sizes


def padded(model: BertForSequenceClassification, rows: list[Example], *, by_length: bool) -> Logits:
    """Transformers with padding to the longest of 16."""
    order = np.argsort([len(row.ids) for row in rows], kind="stable") if by_length else np.arange(len(rows))
    logits = np.zeros((len(rows), 10), np.float32)
    with torch.inference_mode():
        for first in range(0, len(rows), 16):
            places = order[first : first + 16]
            longest = max(len(rows[place].ids) for place in places)
            ids, mask = (torch.zeros(len(places), longest, dtype=torch.long) for _ in range(2))
            for line, place in enumerate(places):
                ids[line, : len(rows[place].ids)] = torch.from_numpy(rows[place].ids)
                mask[line, : len(rows[place].ids)] = 1
            logits[places] = model(input_ids=ids, attention_mask=mask).logits.numpy()
    return logits


def packed(graph: bytes) -> Run:
    """ONNX Runtime over streams of 512 tokens."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(rows: list[Example]) -> Logits:
        logits = np.zeros((len(rows), 10), np.float32)
        for places in sorted_order(np.array([len(row.ids) for row in rows]), batch_tokens=512):
            batch = collate([rows[place] for place in places])
            logits[places] = session.run(["logits"], dict(packed_inputs(batch)))[0]
        return logits

    return run


def measure(sides: dict[str, Run], rows: list[Example], *, rounds: int) -> dict[str, float]:
    """CPU seconds of the best round of each side, the sides in turn."""
    best = dict.fromkeys(sides, float("inf"))
    for _ in range(rounds):
        for name, run in sides.items():
            start = time.process_time()
            run(rows)
            best[name] = min(best[name], time.process_time() - start)
    return best


def flip_rate(run: Run, rows: list[Example]) -> float:
    """Answers that change over 20 random batchings."""
    random = np.random.default_rng(0)
    alone = np.concatenate([run([replace(row)]) for row in rows]).argmax(axis=1)
    flips = 0
    for _ in range(20):
        order = random.permutation(len(rows))
        for group in np.array_split(order, max(1, len(rows) // 16)):
            flips += int((run([rows[place] for place in group]).argmax(axis=1) != alone[group]).sum())
    return flips / (20 * len(rows))


if __name__ == "__main__":
    main()
