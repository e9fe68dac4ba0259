"""The key of a piece of work: what the store finds its artifact by."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leafout.core.artifact import MANIFEST, read_artifact
from leafout.core.config import Config
from leafout.core.durable import json_bytes
from leafout.core.errors import LeafoutError
from leafout.core.stage import StageInfo
from leafout.core.store import Store
from leafout.core.verbs import STAGES


@dataclass(frozen=True)
class Given:
    """One input folder, with its content's digest."""

    path: Path
    digest: str
    made_by: str = ""


@dataclass(frozen=True)
class Work:
    """One piece of work, all of whose inputs are there.

    Attributes:
        info: the stage.
        config: typed.
        inputs: the folders of each input, by name.
        outside: the sha256 of each outside file that the config names.
        seed: of a seeded stage, else None.
        root: the folder that relative paths in the config start from.
        outside_paths: where the outside files lie.
        key: of the artifact.
    """

    info: StageInfo
    config: Config
    inputs: Mapping[str, tuple[Given, ...]]
    outside: Mapping[str, str]
    seed: int | None
    root: Path
    outside_paths: Mapping[str, Path] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The sha256 of stage, version, config, seed and the content of all inputs."""
        about = {
            "stage": identity(self.info),
            "version": self.info.version,
            "config": self.config.plain(),
            "seed": self.seed,
            "inputs": self.digests,
            "outside": dict(self.outside),
        }
        return hashlib.sha256(json_bytes(about)).hexdigest()

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each input: `rows`, or `documents/0`, `documents/1` where a stage takes many."""
        found: dict[str, str] = {}
        for name, folders in self.inputs.items():
            if self.info.inputs[name] in {"many", "any"}:
                found |= {f"{name}/{place}": folder.digest for place, folder in enumerate(folders)}
            else:
                found[name] = folders[0].digest
        return found

    @property
    def arguments(self) -> dict[str, Path | list[Path] | None]:
        """The folders, as the stage's function takes them."""
        values: dict[str, Path | list[Path] | None] = {}
        for name, kind in self.info.inputs.items():
            folders = [folder.path for folder in self.inputs.get(name, ())]
            if kind in {"many", "any"}:
                values[name] = folders
            else:
                values[name] = folders[0] if folders else None
        return values


def identity(info: StageInfo) -> str:
    """What a stage is called in a key: its verb, or `module:function` for one that is not built in."""
    target = f"{info.function.__module__}:{info.function.__name__}"
    return info.name if STAGES.get(info.name) == target else target


def work_of(
    store: Store, info: StageInfo, config: Config, inputs: Mapping[str, tuple[Given, ...]], *, seed: int, root: Path
) -> Work:
    """A piece of work with its outside files hashed.

    Raises:
        LeafoutError: when an outside file is missing.
    """
    paths = config.outside(root)
    try:
        outside = {name: store.memory.sha256(path) for name, path in paths.items()}
    except OSError as error:
        message = f"cannot read an outside file: {error.strerror}"
        raise LeafoutError(message, where=str(error.filename), hint="mend the path in the config") from None
    return Work(info, config, inputs, outside, seed if info.seeded else None, root, paths)


def given_folder(store: Store, path: Path) -> Given:
    """A folder as an input: an artifact (its bytes checked), or any other by the content of all its files.

    Raises:
        LeafoutError: when there is no such folder, it is empty, or the artifact is damaged.
    """
    if not path.is_dir():
        raise LeafoutError("there is no such folder", where=str(path), hint="give the folder of an artifact or model")
    if (path / MANIFEST).exists():
        artifact = read_artifact(path)
        store.verify(artifact)
        return Given(path, artifact.digest, artifact.stage)
    if not any(path.iterdir()):
        raise LeafoutError("the folder is empty", where=str(path), hint="give the folder of an artifact or model")
    return Given(path, store.memory.folder(path))
