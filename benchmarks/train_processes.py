"""Tokens/s of pre-training a small BERT: one process on one thread, on two, and two processes with a thread each.

Each side is the command that a user types, in a process of its own; the sides take turns, and the median over all
lines of `metrics.jsonl` but the first is printed, with the last loss. Time is wall time: other work on the machine
spoils it, so look at `load` too.

    python benchmarks/train_processes.py --layers 4 --width 256 --batch-tokens 4096 --steps 12
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models

from leafout.core.device import chip
from leafout.tokenization.shards import ShardWriter

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SIDES = {"1 process, 1 thread": (1, "1"), "1 process, 2 threads": (1, "2"), "2 processes, 1 thread each": (2, "2")}


def main() -> None:
    """Print a line for each side."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--layers", type=int, default=4)
    wish.add_argument("--width", type=int, default=256)
    wish.add_argument("--vocab-size", type=int, default=8000)
    wish.add_argument("--batch-tokens", type=int, default=4096)
    wish.add_argument("--steps", type=int, default=12)
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--parallel", default="ddp", choices=("ddp", "fsdp"))
    given = wish.parse_args()
    print(f"{given.layers} x {given.width}, {given.batch_tokens} tokens an update, {given.parallel}, {chip()}")
    speeds: dict[str, list[float]] = {side: [] for side in SIDES}
    losses: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        tokens = write_tokens(Path(folder) / "tokens", given.vocab_size)
        for _ in range(given.rounds):
            for side, (processes, threads) in SIDES.items():
                lines = trained(given, tokens, Path(folder) / "store", processes=processes, threads=threads)
                speeds[side] += [line["tokens_per_second"] for line in lines[1:]]
                losses[side] = lines[-1]["loss"]
    base = float(np.median(speeds["1 process, 2 threads"]))
    print(f"{'side':<30}{'tokens/s':>10}{'of 2 threads':>14}{'last loss':>12}    load {os.getloadavg()[0]:.1f}")
    for side, found in speeds.items():
        print(f"{side:<30}{np.median(found):>10.0f}{np.median(found) / base:>14.2f}{losses[side]:>12.5f}")


def trained(
    given: argparse.Namespace, tokens: Path, store: Path, *, processes: int, threads: str
) -> list[dict[str, float]]:
    """The lines of one training."""
    shutil.rmtree(store, ignore_errors=True)
    words = [sys.executable, "-m", "leafout", "pretrain", str(tokens), "--store", str(store), "--device", "cpu"]
    words += ["--model.layers", str(given.layers), "--model.width", str(given.width), "--precision", "fp32"]
    words += ["--budget.steps", str(given.steps), "--batch-tokens", str(given.batch_tokens), "--evaluations", "1"]
    words += ["--processes", str(processes), "--parallel", given.parallel]
    subprocess.run(words, env={**os.environ, "OMP_NUM_THREADS": threads}, capture_output=True, check=True)
    (path,) = store.glob("artifacts/*/notes/metrics.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_tokens(folder: Path, vocab_size: int) -> Path:
    """Random sentences of random words: speed does not ask what they mean."""
    random = np.random.default_rng(0)
    for part, documents in (("train", 3000), ("val", 40)):
        with ShardWriter(folder / part, num_ids=vocab_size) as writer:
            for _ in range(documents):
                lengths = random.integers(8, 40, int(random.integers(3, 9)))
                ids = random.integers(len(SPECIAL), vocab_size, int(lengths.sum())).astype(np.int32)
                writer.write(ids, lengths, np.array([len(lengths)]))
    names = [*SPECIAL, *(f"w{number}" for number in range(vocab_size - len(SPECIAL)))]
    tokenizer = Tokenizer(models.WordLevel({name: place for place, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.save(str(folder / "tokenizer.json"))
    roles = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        (folder / name).write_text(json.dumps(roles), encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
