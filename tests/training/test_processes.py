from typing import Any

import pytest
import torch
from torch import nn

from leafout.core.device import cores
from leafout.core.run import QuietRun
from leafout.training import processes
from leafout.training.processes import ALONE, Processes, joined, num_here


def test_one_process_is_the_first_and_hears_itself() -> None:
    assert ALONE.first
    assert ALONE.sums(0.1, 2) == (0.1, 2)
    assert ALONE.agreed(True, False) == (True, False)
    assert ALONE.told({"steps": 3}) == {"steps": 3}
    rows = torch.ones(2, 3)
    assert ALONE.gathered(rows) is rows
    assert str(ALONE) == "1"
    assert str(Processes(0, 4, "fsdp")) == "4 by fsdp"


def test_what_the_first_calls_is_called_with_its_arguments() -> None:
    called: list[Any] = []

    def step(*given: int) -> int:
        called.append(given)
        return len(called)

    assert ALONE.leading({"step": step})["step"](1, 2) == 1
    assert called == [(1, 2)]


def test_the_others_call_what_the_first_does_until_it_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter([["step", 0, 4], ["look"], ["step", 1, 0], {"steps": 9}])
    monkeypatch.setattr(Processes, "told", lambda _self, _value=None: next(said))
    called: list[Any] = []
    other = Processes(1, 2)
    plan = other.following({"step": lambda *given: called.append(given), "look": lambda: called.append("look")})
    assert plan == {"steps": 9}
    assert called == [(0, 4), "look", (1, 0)]


def test_batches_are_dealt_to_all() -> None:
    dealt = [list(Processes(rank, 3).shared(range(8))) for rank in range(3)]
    assert dealt == [[0, 3, 6], [1, 4, 7], [2, 5]]


def test_gradients_travel_in_order_and_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_BUCKET_BYTES", 40)
    gradients = [
        torch.zeros(4),
        torch.zeros(5),
        torch.zeros(2, 2),
        torch.zeros(1, dtype=torch.bfloat16),
        torch.zeros(90),
    ]
    found = list(processes._buckets(gradients))
    assert [[len(gradient.reshape(-1)) for gradient in bucket] for bucket in found] == [[4, 5], [4], [1], [90]]


def test_each_process_has_its_part_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    assert ALONE.threads == cores()
    assert Processes(0, 1000).threads == 1
    assert num_here(4) == 4
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert num_here(4) == 2


def test_under_torchrun_the_threads_that_were_asked_for_are_those_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "cores", lambda: 4)
    given = {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "none"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert Processes(0, 2).threads == 2
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert Processes(0, 2).threads == 4


def test_who_joined_no_group_is_alone() -> None:
    assert joined(QuietRun(), nn.Linear(2, 2), "cpu") is ALONE
