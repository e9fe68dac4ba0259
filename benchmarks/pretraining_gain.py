"""What pre-training bought: the same fine-tuning from pre-trained and from random weights, over seeds, with intervals.

Both sides of each seed see the same rows in the same order, at the same rate, and are examined on the same locked test;
beside them stands the linear floor. The chain is that of chains/quickstart.yaml up to `pretrain`; what the store has of
it is not made again. Intervals are Student's over seeds (two-sided 95 %); the paired one is over the differences.

    python benchmarks/pretraining_gain.py --store .leafout --seeds 3 --set pretrain.budget.minutes=10
"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

from leafout.chain.runner import run_chain

_STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
"""97.5 % quantile of Student's t by degrees of freedom."""
_FIRST_TUNED = "# --- Chinese"


def main() -> None:
    """Print one line for each task and side."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--chain", type=Path, default=Path("chains/quickstart.yaml"))
    wish.add_argument("--store", type=Path, default=Path(".leafout"))
    wish.add_argument("--seeds", type=int, default=3)
    wish.add_argument("--set", action="append", default=[], metavar="A.B=C", help="override a value of the chain")
    given = wish.parse_args()
    grown = grow(given.chain, given.store, range(1, given.seeds + 1), given.set)
    print(f"{given.seeds} seeds, macro F1 on the locked test, mean and 95 % interval over seeds")
    for task, sides in grown.items():
        floor = sides.pop("floor")
        for name, scores in sides.items():
            print(f"{task:<10}{name:<22}{shown(scores)}")
        gain = [a - b for a, b in zip(sides["pretrained"], sides["random"], strict=True)]
        print(f"{task:<10}{'bought by pre-training':<22}{shown(gain)}")
        print(f"{task:<10}{'linear floor':<22}{mean(floor):.4f}\n")


def grow(chain: Path, store: Path, seeds: Sequence[int], sets: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """Run the chain with a pair of models for each task and seed; the scores by task and side."""
    whole = chain.read_text(encoding="utf-8")
    if _FIRST_TUNED not in whole:
        raise SystemExit(f"error: {chain} has no line that starts with `{_FIRST_TUNED}`")
    lines = [whole[: whole.index(_FIRST_TUNED)]]
    for task, epochs in (("sentiment", 1), ("area", 3)):
        for seed in seeds:
            for init in ("pretrained", "random"):
                name, rows = f"{task}_{init}_{seed}", f"{task}_rows"
                start = f"from: {{model: pretrain, rows: {rows}}}, init: {init}, peak_rate: 0.001"
                length = f"budget: {{epochs: {epochs}}}, evaluations: 2"
                lines.append(f"{name}: {{stage: finetune, seed: {seed}, {start}, {length}}}")
                lines.append(f"{name}_exam: {{stage: evaluate, from: {{release: {name}, rows: {rows}}}}}")
    file = store / "pretraining_gain.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    artifacts = run_chain(file, store=store, sets=sets, promote=False).artifacts

    def scores(task: str, init: str, metric: str) -> list[float]:
        return [artifacts[f"{task}_{init}_{seed}_exam"].metrics[metric] for seed in seeds]

    return {
        task: {
            "pretrained": scores(task, "pretrained", "macro_f1"),
            "random": scores(task, "random", "macro_f1"),
            "floor": scores(task, "random", "floor_macro_f1"),
        }
        for task in ("sentiment", "area")
    }


def shown(scores: Sequence[float]) -> str:
    """Mean and interval of scores over seeds."""
    if len(scores) < 2:
        return f"{scores[0]:.4f}"
    half = _STUDENT.get(len(scores) - 1, 1.96) * stdev(scores) / math.sqrt(len(scores))
    return f"{mean(scores):.4f}  ({mean(scores) - half:.4f} to {mean(scores) + half:.4f})"


if __name__ == "__main__":
    main()
