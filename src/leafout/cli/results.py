"""Copies an artifact to where a person wants it, whole or not at all."""

import os
import shutil
from pathlib import Path

from leafout.core.artifact import MANIFEST, Artifact, read_artifact
from leafout.core.durable import sync_tree
from leafout.core.errors import LeafoutError, StoreError


def check_free(out: Path | None) -> None:
    """Refuse a place that holds something else, before any work is done.

    Raises:
        LeafoutError: when it is a file, or a folder with something in it that is no artifact.
    """
    if out is None or not out.exists():
        return
    if not out.is_dir():
        raise LeafoutError(
            "this is a file, not a folder", where=f"--out {out}", hint="name a folder that is not there yet"
        )
    if any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise LeafoutError("the folder is not empty", where=f"--out {out}", hint="name a folder that is not there yet")


def copy_result(artifact: Artifact, out: Path) -> Path:
    """Copy an artifact, manifest and notes included, so that the copy can be used wherever the artifact can.

    An earlier result of the same stage is replaced.

    Raises:
        LeafoutError: when the folder holds the result of another stage.
        StoreError: when it cannot be written.
    """
    if out.exists() and any(out.iterdir()):
        there = read_artifact(out)
        if there.key == artifact.key:
            return out
        if there.stage != artifact.stage:
            hint = "name a folder that is not there yet"
            raise LeafoutError(f"the folder holds what `{there.stage}` made", where=f"--out {out}", hint=hint)
    beside = out.parent / f".{out.name}.{os.getpid()}.partial"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(artifact.path, beside, copy_function=shutil.copyfile)
        sync_tree(beside)
        if out.exists():
            shutil.rmtree(out)
        beside.rename(out)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        where = str(error.filename or out)
        raise StoreError(
            f"cannot copy the result: {error.strerror}", where=where, hint=f"it lies in {artifact.path}"
        ) from None
    return out
