"""Starts the processes that train together, and has them call the same stage.

The first process is the one that the user started: it runs the chain. The others wait for orders, each the name of a
stage, its inputs, config and seed, and call that stage too; the loop is where they meet (`training.processes`). With
`--processes` they are started here and speak through loopback and a file; with `torchrun` they are there already.

None outlives the first, and none waits for one that died.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from torch import distributed
from torch._C._distributed_c10d import FileStore, PrefixStore, TCPStore

from leafout.core import torchrun
from leafout.core.config import Config
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.parallel_worker import end_with
from leafout.core.run import QuietRun, Run
from leafout.core.stage import StageFunction, stage_info
from leafout.training.processes import NotTheFirst

PATIENCE = timedelta(minutes=10)
"""So long a process waits for another before it gives up."""
_LOOK_SECONDS = 0.05
_END = "end"
_MEETING = "LEAFOUT_MEETING"
_START = "import sys; from leafout.training.starting import helper; helper(int(sys.argv[1]))"
_GO_ON = "the same command goes on from the last checkpoint"


@dataclass(frozen=True)
class Call:
    """A call of a stage.

    Attributes:
        target: `module:function`.
        arguments: its inputs by name.
        out: its folder.
        config: what of its config is not the default, in plain values.
    """

    target: str
    arguments: Mapping[str, Path | Sequence[Path] | None]
    out: Path
    config: Mapping[str, Any]

    @staticmethod
    def of(function: StageFunction, arguments: Mapping[str, Any], *, out: Path, config: Config) -> "Call":
        """The call of a function."""
        chosen = config.model_dump(mode="json", exclude_unset=True)
        return Call(f"{function.__module__}:{function.__qualname__}", arguments, out, chosen)

    def order(self, run: Run) -> str:
        """What another process needs to call it too."""
        arguments = {name: _words(given) for name, given in self.arguments.items()}
        about: dict[str, Any] = {"target": self.target, "arguments": arguments, "config": self.config}
        about |= {"out": str(self.out.resolve()), "root": str(run.root.resolve())}
        about |= {"seed": run.seed, "device": run.device, "parallel": run.parallel}
        return json.dumps(about)


def _words(given: Path | Sequence[Path] | None) -> Any:
    if given is None or isinstance(given, Path):
        return given and str(given.resolve())
    return [str(path.resolve()) for path in given]


def _paths(given: Any) -> Any:
    if given is None or isinstance(given, str):
        return given and Path(given)
    return [Path(path) for path in given]


@contextmanager
def together(call: Call, run: Run) -> Iterator[None]:
    """Within the block the stage may be called here: `run.processes - 1` others call it too.

    Args:
        call: which stage, and on what.
        run: how many processes, and what they share.

    Raises:
        LeafoutError: when another one fails or dies.
    """
    if torchrun.count() > 1:
        with _ordered(call, run):
            yield
        return
    with tempfile.TemporaryDirectory(prefix="leafout-") as folder:
        count, meeting = run.processes, Path(folder) / "meeting"
        store = FileStore(str(meeting), count)
        store.set("order/0", call.order(run))
        others: list[subprocess.Popen[bytes]] = []
        try:
            others.extend(_start(rank, count, meeting) for rank in range(1, count))
            _wait_for(store, others, run.should_stop)
            _meet(store, 0, rank=0, count=count, device=run.device)
            yield
        except RuntimeError as error:
            lost = _lost(store, others, error)
            if lost is None:
                raise
            raise lost from error
        finally:
            _leave()
            for process in others:
                process.kill()
                process.wait()


def _start(rank: int, count: int, meeting: Path) -> "subprocess.Popen[bytes]":
    ranks = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, _MEETING: meeting}
    environment = os.environ | {name: str(value) for name, value in ranks.items()}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        return subprocess.Popen(
            [sys.executable, "-c", _START, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
            process_group=0,  # the terminal's Ctrl-C is for the first process, which tells the others
        )
    except OSError as error:
        raise LeafoutError(f"no process can be started: {error.strerror}", hint="take fewer --processes") from error


def _wait_for(store: Any, others: Sequence["subprocess.Popen[bytes]"], should_stop: Callable[[], bool]) -> None:
    """Until all are there: whoever dies before would be waited for in vain."""
    ready = [f"ready/0/{rank}" for rank in range(1, len(others) + 1)]
    began = time.monotonic()
    while not store.check(ready):
        if should_stop():
            raise Stopped
        if any(process.poll() is not None for process in others) or time.monotonic() - began > PATIENCE.seconds:
            raise RuntimeError("another process did not come")
        time.sleep(_LOOK_SECONDS)


def _lost(store: Any, others: Sequence["subprocess.Popen[bytes]"], error: RuntimeError) -> LeafoutError | None:
    """What a failure of the first process comes from, where it comes from another one."""
    until = time.monotonic() + 2
    while time.monotonic() < until and all(process.poll() is None for process in others):
        time.sleep(_LOOK_SECONDS)
    codes = {rank: process.poll() for rank, process in enumerate(others, 1)}
    for rank in codes:
        if store.check([f"error/{rank}"]):
            told = json.loads(store.get(f"error/{rank}"))
            return LeafoutError(told["message"], where=told["where"], hint=told["hint"])
    for rank, code in codes.items():
        if code is not None and code < 0:
            return LeafoutError(f"process {rank} of {len(others) + 1} ended by signal {-code}", hint=_GO_ON)
    for rank, code in codes.items():
        if code:
            return LeafoutError(f"process {rank} of {len(others) + 1} failed; it says why above", hint=_GO_ON)
    if "imed out" in str(error):
        minutes = PATIENCE.total_seconds() / 60
        return LeafoutError(f"another process did not answer for {minutes:g} minutes", hint=_GO_ON)
    return None


def _meet(store: Any, number: int, *, rank: int, count: int, device: str) -> None:
    """Join the group of all processes; collectives on the CPU go through gloo, on GPUs through NCCL."""
    import torch

    backend = "gloo"
    if device != "cpu" and torch.cuda.is_available():
        here = int(os.environ.get("LOCAL_RANK", "0"))
        if here >= torch.cuda.device_count():
            hint = f"--processes {torch.cuda.device_count()}, or --device cpu"
            raise LeafoutError(f"there is no GPU for process {rank} of {count}", hint=hint)
        torch.cuda.set_device(here)
        backend = "cpu:gloo,cuda:nccl"
    with _on_loopback() if torchrun.count() == 1 else nullcontext():
        distributed.init_process_group(
            backend, store=PrefixStore(f"group/{number}", store), rank=rank, world_size=count,
            timeout=PATIENCE,
        )  # fmt: skip


@contextmanager
def _on_loopback() -> Iterator[None]:
    """Within the block gloo listens where only this machine hears it."""
    before = os.environ.get("GLOO_SOCKET_IFNAME")
    names = [name for _, name in socket.if_nameindex() if name in {"lo", "lo0"}]
    if names and before is None:
        os.environ["GLOO_SOCKET_IFNAME"] = names[0]
    try:
        yield
    finally:
        if names and before is None:
            del os.environ["GLOO_SOCKET_IFNAME"]


def _leave() -> None:
    if distributed.is_initialized():
        with suppress(RuntimeError):  # the others are gone
            distributed.destroy_process_group()


@contextmanager
def _ordered(call: Call, run: Run) -> Iterator[None]:
    """The same under torchrun, which ends all processes when one fails."""
    store = _torchrun_store()
    number = store.add("orders", 1) - 1
    store.set(f"order/{number}", call.order(run))
    try:
        _meet(store, number, rank=0, count=torchrun.count(), device=run.device)
        yield
    except RuntimeError as error:
        raise LeafoutError(f"another process was lost: {error}", hint=_GO_ON) from error
    finally:
        _leave()


def dismiss() -> None:
    """Tell the processes of torchrun that no order follows."""
    store = _torchrun_store()
    store.set(f"order/{store.add('orders', 0)}", _END)


@cache
def _torchrun_store() -> Any:
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    owned = torchrun.rank() == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    store = TCPStore(host, port, is_master=owned, timeout=PATIENCE)
    return PrefixStore(f"leafout/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)


def helper(parent: int) -> None:
    """What a process does that `together` started: one order, and no life after its parent's.

    Args:
        parent: the process that started it.
    """
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store = FileStore(os.environ[_MEETING], int(os.environ["WORLD_SIZE"]))
    _obey(json.loads(store.get("order/0")), store, 0)


def serve() -> None:
    """What a process of torchrun does that is not the first: whatever the first orders, until it says the end."""
    end_with(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store, number = _torchrun_store(), 0
    while True:
        while not store.check([f"order/{number}"]):
            time.sleep(_LOOK_SECONDS)
        order = store.get(f"order/{number}").decode()
        if order == _END:
            return
        _obey(json.loads(order), store, number)
        number += 1


class _Follower(QuietRun):
    """The run of a process that follows the first; a SIGTERM to it asks all to stop."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        super().__init__(seed=order["seed"], device=order["device"], root=Path(order["root"]))
        self.parallel, self.processes = order["parallel"], int(os.environ["WORLD_SIZE"])
        self._asked = False
        signal.signal(signal.SIGTERM, self._hear)

    def _hear(self, _number: int, _frame: object) -> None:
        self._asked = True

    def should_stop(self) -> bool:
        """Whether this process was asked to."""
        return self._asked


def _obey(order: Mapping[str, Any], store: Any, number: int) -> None:
    rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    try:
        info = stage_info(order["target"])
        config = info.config.read(order["config"])
        arguments = {name: _paths(given) for name, given in order["arguments"].items()}
        store.set(f"ready/{number}/{rank}", "1")
        _meet(store, number, rank=rank, count=count, device=order["device"])
        info.function(**arguments, out=Path(order["out"]), config=config, run=_Follower(order))
    except (NotTheFirst, Stopped):
        return
    except LeafoutError as error:
        about = {"message": error.message, "where": error.where, "hint": error.hint}
        store.set(f"error/{rank}", json.dumps(about))
        raise SystemExit(error.exit_code) from None
    except RuntimeError as error:
        if "gloo" not in str(error):  # else another one is gone: the first says which
            traceback.print_exc()
        raise SystemExit(1) from None
    finally:
        _leave()
