"""What Muon buys over AdamW: the same pre-training with each, at the best rate of each, over seeds, with intervals.

Both sides see the same batches and masks. AdamW runs twice: for as many steps, and for as much CPU time as Muon's steps
take (its own part of a step is larger). Rates are chosen with a seed of their own. Intervals are Student's (95 %), over
the differences of seeds.

    python benchmarks/muon_gain.py --data .leafout/artifacts/tokenize-... --steps 150
"""

import argparse
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

from leafout.core.run import QuietRun
from leafout.stages.pretrain import PretrainConfig, pretrain

_STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
_TRIAL_SEED = 100


def main() -> None:
    """Print a line for each side, and the differences."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="an artifact of `tokenize`")
    wish.add_argument("--kind", default="gpt")
    wish.add_argument("--layers", type=int, default=4)
    wish.add_argument("--width", type=int, default=128)
    wish.add_argument("--steps", type=int, default=150)
    wish.add_argument("--batch-tokens", type=int, default=1024)
    wish.add_argument("--seeds", type=int, default=3)
    wish.add_argument("--rates", type=float, nargs="+", default=[0.002, 0.005, 0.01])
    given = wish.parse_args()

    def run(optimizer: str, rate: float, seed: int, steps: int = given.steps) -> tuple[float, float]:
        return pretrained(given, optimizer, rate, seed, steps)

    best = {}
    for optimizer in ("adamw", "muon"):
        found = {rate: run(optimizer, rate, _TRIAL_SEED)[0] for rate in given.rates}
        best[optimizer] = min(found, key=lambda rate: found[rate])
        print(optimizer, "loss by rate:", {rate: round(loss, 4) for rate, loss in found.items()}, flush=True)
    losses: dict[str, list[float]] = {"adamw": [], "muon": [], "adamw, as long": []}
    ratios = []
    for seed in range(1, given.seeds + 1):
        loss, seconds = run("adamw", best["adamw"], seed)
        muon, muon_seconds = run("muon", best["muon"], seed)
        ratios.append(muon_seconds / seconds)
        longer, _ = run("adamw", best["adamw"], seed, round(given.steps * ratios[-1]))
        for name, value in (("adamw", loss), ("muon", muon), ("adamw, as long", longer)):
            losses[name].append(value)
        print(f"seed {seed}: adamw {loss:.4f}, muon {muon:.4f}, adamw as long {longer:.4f}", flush=True)
    print(f"{given.kind} {given.layers}x{given.width}, {given.steps} steps of {given.batch_tokens} tokens")
    print(f"CPU time of muon / adamw: {mean(ratios):.3f}")
    for name, values in losses.items():
        print(f"{name:<16}{mean(values):.4f}")
    for name in ("adamw", "adamw, as long"):
        print(f"muon - {name}: {shown([a - b for a, b in zip(losses['muon'], losses[name], strict=True)])}")


def pretrained(given: argparse.Namespace, optimizer: str, rate: float, seed: int, steps: int) -> tuple[float, float]:
    """Loss on `val`, and CPU seconds."""
    config = PretrainConfig.read(
        {
            "model": {"kind": given.kind, "layers": given.layers, "width": given.width, "max_tokens": 128},
            "budget": {"steps": steps},
            "batch_tokens": given.batch_tokens,
            "optimizer": optimizer,
            "peak_rate": rate,
            "evaluations": 1,
            "val_tokens": 8000,
            "checkpoint_seconds": 1e9,
        }
    )
    began = time.process_time()
    with tempfile.TemporaryDirectory() as out:
        found = pretrain(given.data, None, out=Path(out), config=config, run=QuietRun(seed=seed))
    return found["val_loss"], time.process_time() - began


def shown(values: Sequence[float]) -> str:
    """Mean and interval of differences over seeds."""
    half = _STUDENT.get(len(values) - 1, 2.0) * stdev(values) / math.sqrt(len(values))
    return f"{mean(values):+.4f}  ({mean(values) - half:+.4f} to {mean(values) + half:+.4f})"


if __name__ == "__main__":
    main()
