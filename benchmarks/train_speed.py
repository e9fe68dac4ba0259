"""Tokens/s of pre-training (BERT: MLM and NSP) and of fine-tuning, beside transformers: its Trainer, a textbook loop.

All sides start from equal weights and learn from the same examples, one after the other in one process on one thread;
an update is about equally many tokens on all. CPU time of each step is counted, the sides take turns, and the median
over all steps is printed, so that other work on the machine matters little; evaluation and first steps are left out.

The Trainer (needs the package accelerate, which is no dependency of ours; the side is left out where it is absent): its
defaults, batches padded to their longest row, masked and paired by our code, so that its own collators cost it nothing.

The textbook loop: rows in random order, padded to the longest of a batch, float32, fused AdamW, clipping, transformers'
BertForPreTraining or BertForSequenceClassification. Both run with the default dropout of 0.1 and without. Ours is
`leafout.training.loop.train` as the stages call it; it too runs with and without dropout.

    python benchmarks/train_speed.py --layers 4 --width 256 --steps 10
    python benchmarks/train_speed.py --tokens .leafout/artifacts/tokenize-...   # text of your own for pre-training
"""

import argparse
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertForPreTraining, BertForSequenceClassification

from leafout.core.device import chip
from leafout.core.run import QuietRun
from leafout.models.config import ModelConfig
from leafout.models.heads import Classifier, MaskedModel
from leafout.models.new import new_masked, random_classifier
from leafout.models.save import save_model
from leafout.tasks.classify import Classify
from leafout.tasks.example import Example
from leafout.tasks.losses.classify import ClassifyObjective
from leafout.tasks.losses.mlm import MaskedObjective
from leafout.tasks.masking import MaskRules
from leafout.tasks.mlm import MaskedPairs, PairMarks
from leafout.tasks.rows import Rows
from leafout.tokenization.shards import TokenShards, read_shards
from leafout.tokenization.special import SpecialTokens
from leafout.training.batches import Batches, Data, evaluation_batches
from leafout.training.config import TrainingConfig
from leafout.training.job import Job, Objective
from leafout.training.loop import train

SPECIAL, MASK = 5, 4
RATE = 1e-3


@dataclass(frozen=True)
class Match:
    """One comparison: a name, examples, and a model of each side with equal weights."""

    name: str
    data: Data
    ours: Callable[[float], nn.Module]
    theirs: Callable[[float], nn.Module]
    inputs: Callable[[Any], dict[str, torch.Tensor]]
    objective: Objective


@dataclass(frozen=True)
class Measured:
    """What a side did: tokens/s of CPU time in each step, and the mean loss of its last steps."""

    speeds: list[float]
    loss: float

    @property
    def tokens_per_second(self) -> float:
        """The median over steps."""
        return float(np.median(self.speeds))


class Clocked(QuietRun):
    """Notes the CPU time after each step."""

    def __init__(self) -> None:
        super().__init__(seed=1, device="cpu")
        self.times: list[float] = []

    def should_stop(self) -> bool:
        """Never; called once a step."""
        self.times.append(time.process_time())
        return False


def main() -> None:
    """Print a table for each of the two."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--layers", type=int, default=4)
    wish.add_argument("--width", type=int, default=256)
    wish.add_argument("--vocab-size", type=int, default=8000)
    wish.add_argument("--batch-tokens", type=int, default=2048)
    wish.add_argument("--steps", type=int, default=10)
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--tokens", type=Path, default=None, help="an artifact of `tokenize`; random tokens without it")
    wish.add_argument("--only", choices=("pretrain", "finetune"), default=None)
    given = wish.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    print(f"{given.layers} x {given.width}, {given.batch_tokens} tokens an update, one thread, {chip()}")
    with tempfile.TemporaryDirectory() as folder:
        for name, made in (("pretrain", pretraining), ("finetune", finetuning)):
            if given.only in {None, name}:
                show(made(given, Path(folder)), given, Path(folder))


def show(match: Match, given: argparse.Namespace, folder: Path) -> None:
    """Measure all sides of a comparison, back to back."""
    lengths_N = match.data.lengths(0)
    print(f"\n{match.name}: rows of {lengths_N.mean():.1f} tokens on average, {lengths_N.max()} at most")
    print(f"{'side':<36}{'tokens/s':>10}{'ratio':>8}{'at equal dropout':>18}{'of loop':>9}{'loss':>8}")
    found: dict[tuple[str, float], Measured] = {}
    for number in range(given.rounds):
        for dropout in (0.1, 0.0):
            for side, made in (
                *trainer_side(match, given, dropout, folder),
                ("textbook loop", textbook(match, given, dropout)),
                ("leafout", ours(match, given, dropout, folder / str(number))),
            ):
                before = found.get((side, dropout), Measured([], 0.0))
                found[side, dropout] = Measured(before.speeds + made.speeds, made.loss)
    base = "Trainer" if ("Trainer", 0.1) in found else "textbook loop"
    first = found[base, 0.1].tokens_per_second
    for (side, dropout), measured in sorted(found.items(), reverse=True):
        speed = measured.tokens_per_second
        equal, loop = (speed / found[other, dropout].tokens_per_second for other in (base, "textbook loop"))
        name = f"{side}, dropout {dropout}"
        print(f"{name:<36}{speed:>10.0f}{speed / first:>8.2f}{equal:>18.2f}{loop:>9.2f}{measured.loss:>8.3f}")


def ours(match: Match, given: argparse.Namespace, dropout: float, folder: Path) -> Measured:
    """Our loop, as the stages call it."""
    config = TrainingConfig.read(
        {
            "budget": {"steps": given.steps},
            "batch_tokens": given.batch_tokens,
            "evaluations": 1,
            "checkpoint_seconds": 1e9,
            "weight_decay": 0.0,
            "beta2": 0.999,
        }
    )
    job = Job(
        model=match.ours(dropout),
        objective=match.objective,
        batches=Batches(match.data, batch_tokens=given.batch_tokens, part_tokens=0, seed=1),
        validation=lambda: evaluation_batches(match.data, batch_tokens=2048, max_tokens=2048),
        device="cpu",
        work=f"{match.name} {dropout}",
        peak_rate=RATE,
    )
    out, run = folder / f"{match.name}-{dropout}", Clocked()
    train(job, out=out, config=config, run=run)
    lines = [json.loads(line) for line in (out / "notes" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    tokens = np.diff([line["tokens"] for line in lines])
    speeds = (tokens / np.diff(run.times))[1:-1]  # the last step evaluates
    return Measured(speeds.tolist(), float(np.mean([line["loss"] for line in lines[-4:]])))


def trainer_side(
    match: Match, given: argparse.Namespace, dropout: float, folder: Path
) -> tuple[tuple[str, Measured], ...]:
    """The Trainer where accelerate is installed."""
    if importlib.util.find_spec("accelerate") is None:
        return ()
    from transformers import Trainer, TrainerCallback, TrainingArguments

    times: list[float] = []
    tokens: list[int] = []

    class Clock(TrainerCallback):  # type: ignore[misc]  # transformers has no types
        def on_step_end(self, *_: Any, **__: Any) -> None:
            times.append(time.process_time())

    def collate(rows: list[int]) -> dict[str, torch.Tensor]:
        batch = match.data.batch(np.array(rows), epoch=0, key=(len(tokens), 0))
        tokens.append(batch.num_tokens)
        return match.inputs(batch)

    lengths_N = match.data.lengths(0)
    settings = TrainingArguments(
        output_dir=str(folder / "trainer"),
        max_steps=given.steps,
        per_device_train_batch_size=max(1, round(given.batch_tokens / float(lengths_N.mean()))),
        learning_rate=RATE,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        remove_unused_columns=False,
        seed=1,
    )
    trained = Trainer(
        model=match.theirs(dropout),
        args=settings,
        data_collator=collate,
        train_dataset=list(range(len(lengths_N))),
        callbacks=[Clock()],
    ).train()
    speeds = (np.array(tokens[1 : len(times)]) / np.diff(times))[1:]
    return (("Trainer", Measured(speeds.tolist(), trained.training_loss)),)


def textbook(match: Match, given: argparse.Namespace, dropout: float) -> Measured:
    """The loop that everybody writes."""
    model = match.theirs(dropout).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=given.steps)
    torch.manual_seed(1)
    losses, times, tokens = [], [], []
    for batch in random_batches(match.data, given.batch_tokens, given.steps):
        loss = model(**match.inputs(batch)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        times.append(time.process_time())
        tokens.append(batch.num_tokens)
    return Measured((np.array(tokens[2:]) / np.diff(times)[1:]).tolist(), float(np.mean(losses[-4:])))


def random_batches(data: Data, batch_tokens: int, steps: int) -> Iterator[Any]:
    """Equally many rows a batch, in random order."""
    lengths_N = data.lengths(0)
    rows = max(1, round(batch_tokens / float(lengths_N.mean())))
    random = np.random.default_rng(1)
    for step in range(steps):
        yield data.batch(random.choice(len(lengths_N), rows, replace=False), epoch=0, key=(step, 0))


def pretraining(given: argparse.Namespace, folder: Path) -> Match:
    """BERT with both losses, on the tokens given or on random ones in sentences of the lengths of reviews."""
    shards, vocab_size = some_shards(given)
    allowed_V = np.arange(vocab_size) >= SPECIAL
    rules = MaskRules(MASK, np.flatnonzero(allowed_V).astype(np.int32), allowed_V, None)
    data = MaskedPairs(shards, rules, PairMarks(cls_id=2, sep_id=3), max_tokens=128, seed=1)
    shape = ModelConfig(layers=given.layers, width=given.width, max_tokens=128)
    specials = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=MASK, all_ids=frozenset(range(SPECIAL)))
    weights = new_masked(shape, vocab_size, specials, seed=1)
    save_model(weights, folder / "masked")

    def inputs(batch: Any) -> dict[str, torch.Tensor]:
        labels_T = np.full(batch.num_tokens, -100)
        labels_T[batch.places_K] = batch.targets_K
        following_B = np.where(batch.next_B < 0, -100, batch.next_B)
        return {
            **padded(batch),
            "labels": filled(labels_T, batch, -100),
            "next_sentence_label": torch.from_numpy(following_B),
        }

    return Match(
        name="pretrain",
        data=data,
        ours=lambda dropout: like(MaskedModel(replace(weights.dims, dropout=dropout)), weights),
        theirs=lambda dropout: BertForPreTraining.from_pretrained(folder / "masked", **dropped(dropout)),
        inputs=inputs,
        objective=MaskedObjective(device="cpu"),
    )


def finetuning(given: argparse.Namespace, folder: Path) -> Match:
    """A classifier of rows with the lengths of short reviews: log-normal, 24 tokens on average."""
    random = np.random.default_rng(2)
    lengths_N = np.clip(random.lognormal(2.9, 0.7, 4000), 4, 128).astype(np.int64)
    rows = []
    for number, length in enumerate(lengths_N):
        ids = random.integers(SPECIAL, given.vocab_size, length).astype(np.int32)
        rows.append(Example(ids, np.zeros(length, np.int8), label=number % 2))
    shape = ModelConfig(layers=given.layers, width=given.width, max_tokens=128)
    weights = random_classifier(shape.resolved(given.vocab_size), 2, seed=1)
    save_model(weights, folder / "classifier")
    task = Classify(labels=("a", "b"), max_tokens=128)
    path = folder / "classifier"
    return Match(
        name="finetune",
        data=Rows(rows),
        ours=lambda dropout: like(Classifier(replace(weights.dims, dropout=dropout), 2), weights),
        theirs=lambda dropout: BertForSequenceClassification.from_pretrained(path, **dropped(dropout)),
        inputs=lambda batch: {**padded(batch), "labels": torch.from_numpy(batch.labels_B)},
        objective=ClassifyObjective(task, device="cpu", goal="loss"),
    )


def some_shards(given: argparse.Namespace) -> tuple[TokenShards, int]:
    """The tokens given and their vocabulary, or random ones: documents of 2 to 12 sentences of about 20 tokens."""
    if given.tokens is not None:
        shards = read_shards(given.tokens / "train")
        return shards, int(shards.ids.max()) + 1
    random = np.random.default_rng(1)
    sentences_D = random.integers(2, 13, 2000)
    lengths_S = np.clip(random.lognormal(2.8, 0.6, int(sentences_D.sum())), 3, 120).astype(np.int64)
    ids = random.integers(SPECIAL, given.vocab_size, int(lengths_S.sum())).astype(np.int32)
    bounds = [np.concatenate([[0], np.cumsum(values)]) for values in (lengths_S, sentences_D)]
    return TokenShards(ids, bounds[0], bounds[1]), given.vocab_size


def like(model: nn.Module, weights: nn.Module) -> nn.Module:
    """A model with the weights of another."""
    model.load_state_dict(weights.state_dict())
    return model


def dropped(dropout: float) -> dict[str, float]:
    """The dropout of a transformers config."""
    return {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}


def padded(batch: Any) -> dict[str, torch.Tensor]:
    """A batch as transformers takes it: padded to its longest row."""
    return {
        "input_ids": filled(batch.ids_T, batch, 0),
        "token_type_ids": filled(batch.segments_T, batch, 0),
        "attention_mask": filled(np.ones(batch.num_tokens, np.int64), batch, 0),
    }


def filled(values_T: NDArray[Any], batch: Any, fill: int) -> torch.Tensor:
    """Values of a stream as [B, S]."""
    is_token_BS = np.arange(batch.max_tokens) < np.diff(batch.starts_B1)[:, None]
    values_BS = np.full(is_token_BS.shape, fill, np.int64)
    values_BS[is_token_BS] = values_T
    return torch.from_numpy(values_BS)


if __name__ == "__main__":
    main()
