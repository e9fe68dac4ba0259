"""Methods of fine-tuning beside each other: what is trained, memory, time, and the score on the locked test.

Every method starts from the same model, sees the same rows for the same number of epochs at its own default rate, and
is examined on the same test. Each training has a process of its own, so that its peak of memory is its own. `score` is
macro F1, mean and Student's 95 % interval over seeds. A data set is a folder with files of rows named train, dev (or
val) and test, of any format that `collect` takes.

    python benchmarks/peft_methods.py --model models/bert --data data/sst2 data/chnsenticorp --seeds 3
    python benchmarks/peft_methods.py --model ... --data ... --methods full lora --epochs 1 --sample 0.1
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from leafout.chain.runner import run_chain
from pretraining_gain import shown  # type: ignore[import-not-found]  # the file beside this one

METHODS = {
    "full": "method: full",
    "lora": "method: lora",
    "lora_plain": "method: lora, lora: {rs: false}",
    "dora": "method: lora, lora: {dora: true}",
    "adalora": "method: adalora",
    "prefix": "method: prefix",
    "pfeiffer": "method: adapter",
    "houlsby": "method: adapter, adapter: {kind: houlsby}",
}


def main() -> None:
    """Print a line for each data set and method."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--model", type=Path, required=True, help="a Hugging Face folder, or what `pretrain` made")
    wish.add_argument("--data", type=Path, nargs="+", required=True)
    wish.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    wish.add_argument("--seeds", type=int, default=3)
    wish.add_argument("--epochs", type=float, default=3)
    wish.add_argument("--sample", type=float, default=1.0, help="fraction of the rows of each data set")
    wish.add_argument("--store", type=Path, default=Path(".leafout"))
    wish.add_argument("--only", help=argparse.SUPPRESS)
    given = wish.parse_args()
    file = given.store / "peft_methods.yaml"
    if given.only:
        run_chain(file, store=given.store, steps=[given.only], promote=False)
        return
    cells = [
        (d.name, method, seed) for d in given.data for method in given.methods for seed in range(1, given.seeds + 1)
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(chain(given, cells)) + "\n", encoding="utf-8")
    for cell in cells:
        command = [sys.executable, __file__, *sys.argv[1:], "--only", f"{named(cell)}_exam"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
        print(f"{named(cell)} done", file=sys.stderr)
    report(given, cells)


Cell = tuple[str, str, int]


def named(cell: Cell) -> str:
    """The step of a training."""
    data, method, seed = cell
    return f"{_word(data)}_{method}_{seed}"


def _word(data: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in data)


def chain(given: argparse.Namespace, cells: Sequence[Cell]) -> Iterator[str]:
    """The lines of the chain file."""
    for data in given.data:
        files = json.dumps(f"{data.resolve()}/*")

        yield f"{_word(data.name)}_files: {{stage: collect, files: {files}, sample: {given.sample:g}}}"
        yield f"{_word(data.name)}_rows: {{stage: split, from: {_word(data.name)}_files, method: fixed}}"
    for cell in cells:
        data, method, seed = cell
        rows, model = f"{_word(data)}_rows", json.dumps(f"{given.model.resolve()}/")
        start = f"{{stage: finetune, seed: {seed}, from: {{model: {model}, rows: {rows}}}"
        yield f"{named(cell)}: {start}, budget: {{epochs: {given.epochs:g}}}, {METHODS[method]}}}"
        yield f"{named(cell)}_exam: {{stage: evaluate, from: {{release: {named(cell)}, rows: {rows}}}}}"


def report(given: argparse.Namespace, cells: Sequence[Cell]) -> None:
    """Print the table."""
    artifacts = run_chain(given.store / "peft_methods.yaml", store=given.store, promote=False).artifacts
    print(f"{given.seeds} seeds, {given.epochs:g} epochs")
    print(f"{'data':<16}{'method':<12}{'trained':>10}{'share':>9}{'peak MB':>9}{'seconds':>9}  score")
    for data in given.data:
        for method in given.methods:
            taught = [artifacts[named(cell)] for cell in cells if cell[:2] == (data.name, method)]
            exams = [artifacts[f"{named(cell)}_exam"] for cell in cells if cell[:2] == (data.name, method)]
            costs = [json.loads((one.notes / "cost.json").read_text(encoding="utf-8")) for one in taught]
            figures = taught[0].metrics
            peak, seconds = max(cost["peak_bytes"] for cost in costs) / 1e6, mean(cost["seconds"] for cost in costs)
            sizes = f"{figures['trainable']:>10.0f}{figures['trainable_share']:>9.2%}{peak:>9.0f}{seconds:>9.1f}"
            print(f"{data.name:<16}{method:<12}{sizes}  {shown([exam.metrics['macro_f1'] for exam in exams])}")


if __name__ == "__main__":
    main()
