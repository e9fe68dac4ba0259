"""How right the planner is: time and memory that a training was forecast to take, beside what it took.

Ten trainings of different layouts, sizes, lengths, vocabularies, optimizers and parts of an update, each in a process
of its own, of random tokens. The memory is the peak of the process without what it held before planning, so that torch
itself flatters no figure. The time is that from the first step to the last, evaluations and checkpoints included.

    python benchmarks/plan_forecast.py                  # ten runs, a few minutes
    python benchmarks/plan_forecast.py --shape gpt      # one of them
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

SPECIAL, MASK = 5, 4
SHAPES: dict[str, dict[str, Any]] = {
    "bert 4x256": {"kind": "bert", "layers": 4, "width": 256},
    "bert 8x128, long": {"kind": "bert", "layers": 8, "width": 128, "max_tokens": 512, "batch_tokens": 4096},
    "bert 2x512, 16k words": {"kind": "bert", "layers": 2, "width": 512, "vocabulary": 16_000, "batch_tokens": 1024},
    "bert 4x256, dropout": {"kind": "bert", "layers": 4, "width": 256, "dropout": 0.1, "batch_tokens": 4096},
    "modernbert 4x256": {"kind": "modernbert", "layers": 4, "width": 256, "max_tokens": 256},
    "gpt 4x256": {"kind": "gpt", "layers": 4, "width": 256},
    "gpt 3x384, parts": {"kind": "gpt", "layers": 3, "width": 384, "batch_tokens": 4096, "part_tokens": 1024},
    "llama 4x192, adafactor": {"kind": "llama", "layers": 4, "width": 192, "optimizer": "adafactor"},
    "qwen3 2x256, average": {"kind": "qwen3", "layers": 2, "width": 256, "average": 0.99, "vocabulary": 12_000},
    "gpt 6x256, recompute": {"kind": "gpt", "layers": 6, "width": 256, "batch_tokens": 4096, "recompute": True},
}
_TRAINING = ("batch_tokens", "part_tokens", "optimizer", "average", "recompute")


def main() -> None:
    """Print a line for each shape."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--shape", default="")
    parser.add_argument("--run", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        _run(SHAPES[given.run], given.steps)
        return
    print(f"{'training':<26}{'time, s':>9}{'forecast':>10}{'off by':>8}{'memory, MB':>13}{'forecast':>10}{'off by':>8}")
    off: list[tuple[float, float]] = []
    for name in SHAPES:
        if given.shape in name:
            words = [sys.executable, __file__, "--run", name, "--steps", str(given.steps)]
            found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
            off.append(_told(name, found))
    times, memories = ([abs(pair[side]) for pair in off] for side in (0, 1))
    print(
        f"median off by {median(times):.1%} in time and {median(memories):.1%} in memory; within 10 % in time:", end=" "
    )
    print(f"{sum(one <= 0.1 for one in times)} of {len(off)}, within 15 % in memory:", end=" ")
    print(f"{sum(one <= 0.15 for one in memories)}")


def _told(name: str, found: dict[str, Any]) -> tuple[float, float]:
    plan, outcome = found["plan"]["forecast"], found["outcome"]
    held = plan["memory"]["resident"]
    wanted, was = plan["peak_bytes"] - held, outcome["peak_bytes"] - held
    time_off, memory_off = plan["seconds"] / outcome["seconds"] - 1, wanted / was - 1
    print(
        f"{name:<26}{outcome['seconds']:>9.1f}{plan['seconds']:>10.1f}{time_off:>+8.1%}"
        f"{was / 1e6:>13.0f}{wanted / 1e6:>10.0f}{memory_off:>+8.1%}",
        flush=True,
    )
    return time_off, memory_off


def _run(shape: dict[str, Any], steps: int) -> None:
    from leafout.core.run import QuietRun
    from leafout.models.config import CAUSAL, ModelConfig
    from leafout.models.new import new_causal, new_masked
    from leafout.tasks.causal import Documents
    from leafout.tasks.losses.causal import CausalObjective
    from leafout.tasks.losses.mlm import MaskedObjective
    from leafout.tasks.masking import MaskRules
    from leafout.tasks.mlm import MaskedPairs, PairMarks
    from leafout.tokenization.special import SpecialTokens
    from leafout.training.batches import Batches, evaluation_batches
    from leafout.training.config import TrainingConfig
    from leafout.training.job import Job
    from leafout.training.loop import train

    words, longest = shape.get("vocabulary", 8000), shape.get("max_tokens", 128)
    training = {name: shape[name] for name in _TRAINING if name in shape}
    config = TrainingConfig.read(
        {"batch_tokens": 2048, "budget": {"steps": steps}, "evaluations": 4, "precision": "fp32", **training}
    )
    dims = {name: shape[name] for name in ("kind", "layers", "width", "dropout", "max_tokens") if name in shape}
    specials = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=MASK, all_ids=frozenset(range(SPECIAL)))
    shards = _shards(words, longest)
    made: dict[str, Any]
    if dims["kind"] in CAUSAL:
        made = {
            "model": new_causal(ModelConfig(**dims), words, specials, 0),
            "objective": CausalObjective(device="cpu"),
        }
        data: Any = Documents(shards, start_id=2, end_id=3, max_tokens=longest, seed=0)
    else:
        made = {
            "model": new_masked(ModelConfig(**dims), words, specials, 0),
            "objective": MaskedObjective(device="cpu", next_sentence=0.1 if dims["kind"] == "bert" else 0.0),
        }
        ordinary = np.arange(SPECIAL, words, dtype=np.int32)
        rules = MaskRules(MASK, ordinary, np.arange(words) >= SPECIAL, None)
        data = MaskedPairs(shards, rules, PairMarks(2, 3), max_tokens=longest, seed=0)
    job = Job(
        **made,
        batches=Batches(data, batch_tokens=config.batch_tokens, part_tokens=config.part_tokens, seed=0),
        validation=lambda: evaluation_batches(data, batch_tokens=config.batch_tokens, max_tokens=16_384),
        device="cpu",
        work="",
        peak_rate=1e-3,
    )
    with tempfile.TemporaryDirectory() as folder:
        train(job, out=Path(folder), config=config, run=QuietRun())
        notes = Path(folder) / "notes"
        print(json.dumps({name: json.loads((notes / f"{name}.json").read_text()) for name in ("plan", "outcome")}))


def _shards(words: int, longest: int) -> Any:
    from leafout.tokenization.shards import TokenShards

    random = np.random.default_rng(0)
    lengths = random.integers(8, max(9, longest // 2), 600_000 // (longest // 4))
    sentences = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    documents = np.append(np.arange(0, len(lengths), 8), len(lengths)).astype(np.int64)
    ids = (SPECIAL + random.zipf(1.3, sentences[-1]) % (words - SPECIAL)).astype(np.uint16)
    return TokenShards(ids=ids, sentences=sentences, documents=documents)


if __name__ == "__main__":
    main()
