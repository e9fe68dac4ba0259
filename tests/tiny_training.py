"""A training that takes milliseconds: bags of words, two labels, dropout so that exact resumes are put to the test."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from leafout.core.digest import sha256_file
from leafout.core.run import QuietRun
from leafout.models.stream import Stream
from leafout.tasks.classify import Classify
from leafout.tasks.example import Example
from leafout.tasks.losses.classify import ClassifyObjective
from leafout.tasks.rows import Rows
from leafout.training.batches import Batches, evaluation_batches
from leafout.training.checkpoint import model_tensors
from leafout.training.config import TrainingConfig
from leafout.training.job import Job
from leafout.training.loop import train

TASK = Classify(labels=("差", "good"), max_tokens=16)
WORDS, WIDTH = 20, 8


class Bag(nn.Module):
    """The mean embedding of a row's tokens, dropout, and a label."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, stream: Stream) -> Tensor:
        ends = torch.cat([stream.starts_B[1:], torch.tensor([len(stream.ids_T)])])
        lengths_B = ends - stream.starts_B
        row_T = torch.repeat_interleave(torch.arange(stream.num_rows), lengths_B)
        summed_BD = torch.zeros(stream.num_rows, WIDTH).index_add(0, row_T, self.words(stream.ids_T))
        hidden_BD = nn.functional.dropout(self.norm(summed_BD / lengths_B[:, None]), 0.2, self.training)
        logits_BL: Tensor = self.head(hidden_BD)
        return logits_BL


def rows(number: int = 60, *, seed: int = 0) -> Rows:
    """Rows of words 0 to 9 for one label, 5 to 19 for the other."""
    random = np.random.default_rng(seed)
    found = []
    for index in range(number):
        label = index % 2
        ids = random.integers(5 * label, 10 + 10 * label, int(random.integers(2, 9)))
        found.append(Example(ids.astype(np.int32), np.zeros(len(ids), np.int8), label=label))
    return Rows(found)


def config(**values: Any) -> TrainingConfig:
    """Twelve small steps, each with a checkpoint."""
    given = {
        "budget": {"steps": 12},
        "batch_tokens": 40,
        "checkpoint_seconds": 0,
        "evaluations": 4,
        "precision": "fp32",
    }
    return TrainingConfig.read(given | values)


def job(settings: TrainingConfig, *, seed: int = 1, goal: str = "macro_f1", **changes: Any) -> Job:
    """The job, its model anew."""
    torch.manual_seed(seed)
    made = Job(
        model=Bag(),
        objective=ClassifyObjective(TASK, device="cpu", goal=goal),
        batches=Batches(rows(), batch_tokens=settings.batch_tokens, part_tokens=settings.part_tokens, seed=seed),
        validation=lambda: evaluation_batches(rows(20, seed=9), batch_tokens=64),
        device="cpu",
        work="toy",
        peak_rate=0.05,
        keep_best=True,
    )
    return replace(made, **changes)


def train_toy(out: Path, *, seed: int = 1, **values: Any) -> str:
    """Train in a folder and write the result there; the sha256 of the weights."""
    from safetensors.torch import save_file

    settings = config(**values)
    toy = job(settings, seed=seed)
    train(toy, out=out, config=settings, run=QuietRun(seed=seed))
    save_file(model_tensors(toy.model), out / "weights.safetensors")
    return sha256_file(out / "weights.safetensors")
