"""An artifact: a folder that never changes, with a manifest that says what it is and how it came to be."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafout.core.durable import json_bytes, write_json
from leafout.core.errors import StoreError

MANIFEST = "manifest.json"
NOTES = "notes"
_AGAIN = "remove the folder and run again"


@dataclass(frozen=True)
class Artifact:
    """One finished piece of work.

    Attributes:
        path: the folder; payload at its top, evidence in `notes/`.
        key: what the store finds it by: stage, version, config, seed and the content of inputs.
        digest: sha256 over the payload files alone; equal work has equal digests.
        stage, version, config: what made it; the config with every default filled in.
        inputs: the digest of each input, by name (`rows`, or `documents/0`, `documents/1` where there are several).
        outside: the sha256 of each outside file that the config names, by its name.
        metrics: what the stage returned.
        seconds: how long it took, all sittings together.
        made_with: library versions and the chip's family.
    """

    path: Path
    key: str
    digest: str
    stage: str
    version: int
    config: dict[str, Any]
    inputs: dict[str, str]
    metrics: dict[str, float]
    seconds: float
    made_with: dict[str, str]
    outside: dict[str, str] = field(default_factory=dict)
    seed: int | None = None

    @property
    def notes(self) -> Path:
        """The folder of evidence: whatever comes from a clock, and what was refused and why."""
        return self.path / NOTES


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact.

    Raises:
        StoreError: when there is none, or it is not one.
    """
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError("not an artifact: no manifest.json", where=str(folder)) from None
    except ValueError as error:
        raise StoreError(f"the manifest is damaged: {error}", where=str(path), hint=_AGAIN) from None
    if not isinstance(values, dict) or values.pop("seal", None) != _seal(values):
        raise StoreError("the manifest is damaged: its seal does not fit its content", where=str(path), hint=_AGAIN)
    return values


def write_manifest(folder: Path, values: dict[str, Any]) -> None:
    """Write the manifest of a folder, sealed with the sha256 of its own content."""
    write_json(folder / MANIFEST, values | {"seal": _seal(values)})


def _seal(values: dict[str, Any]) -> str:
    return hashlib.sha256(json_bytes(values)).hexdigest()


def read_artifact(folder: Path) -> Artifact:
    """The artifact in a folder, from its manifest alone (see `Store.verify` for its bytes).

    Raises:
        StoreError: when the folder holds none.
    """
    values: Mapping[str, Any] = read_manifest(folder)
    try:
        return Artifact(
            path=folder,
            key=values["key"],
            digest=values["digest"],
            stage=values["stage"],
            version=values["version"],
            config=values["config"],
            inputs=values["inputs"],
            metrics=values["metrics"],
            seconds=values["seconds"],
            made_with=values["made_with"],
            outside=values.get("outside", {}),
            seed=values.get("seed"),
        )
    except KeyError as error:
        raise StoreError(f"the manifest is damaged: no `{error.args[0]}`", where=str(folder / MANIFEST)) from None
