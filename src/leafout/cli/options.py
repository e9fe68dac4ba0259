"""Flags that many verbs share, and their checks."""

from pathlib import Path
from typing import Annotated

import typer

from leafout.chain.places import nearest
from leafout.core.errors import LeafoutError

ChainFile = Annotated[Path, typer.Argument(metavar="CHAIN", help="a chain file (YAML)")]
StoreFolder = Annotated[Path, typer.Option("--store", envvar="LEAFOUT_STORE", help="the folder of artifacts")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="A.B=C", help="override a value of the chain; may be repeated")
]
Steps = Annotated[list[str] | None, typer.Argument(metavar="[STEP]...", help="only these, and what they need")]
Device = Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda", help="where models run")]
NumWorkers = Annotated[
    int, typer.Option("--workers", min=0, envvar="LEAFOUT_WORKERS", help="processes for data stages; 0: the free cores")
]
NumProcesses = Annotated[
    int,
    typer.Option("--processes", min=1, envvar="LEAFOUT_PROCESSES", help="processes that train one model together"),
]
Parallel = Annotated[
    str, typer.Option("--parallel", metavar="auto|ddp|fsdp", envvar="LEAFOUT_PARALLEL", help="how they share the work")
]
STORE = Path(".leafout")

DEVICES = ("auto", "cpu", "cuda")
PARALLEL = ("auto", "ddp", "fsdp")


def checked_device(wish: str) -> str:
    """The wished device.

    Raises:
        LeafoutError: for a word that names none, or `cuda` where there is no GPU.
    """
    if wish not in DEVICES:
        raise LeafoutError(f"`{wish}` is no device", where="--device", hint=nearest(wish, DEVICES, what="devices"))
    if wish == "cuda":
        from leafout.core.device import device_of

        return device_of(wish)
    return wish


def checked_parallel(wish: str) -> str:
    """The wished way of training together.

    Raises:
        LeafoutError: for a word that names none.
    """
    if wish not in PARALLEL:
        hint = nearest(wish, PARALLEL, what="ways")
        raise LeafoutError(f"`{wish}` is no way of training together", where="--parallel", hint=hint)
    return wish
