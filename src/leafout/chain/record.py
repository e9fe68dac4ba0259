"""What a chain's last run gave each step: `<store>/chains/<name>.json`.

The key of a step leads to its artifact; config, inputs and outside files are repeated here so that a plan can say what
changed also after `gc` removed the artifact.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leafout.chain.steps import Chain, Step
from leafout.core.artifact import Artifact
from leafout.core.durable import write_json
from leafout.core.errors import StoreError

MAX_RUNS = 20
"""So many runs are remembered beside the last one."""


@dataclass(frozen=True)
class StepRecord:
    """What a step got when it last ran.

    Attributes:
        stage: as its chain file says it.
        key, digest, version, config, seed: of the artifact.
        inputs, outside: digests by name, as in the artifact.
        sources: what each input came from: the names of steps, folders or slots.
    """

    stage: str
    key: str
    digest: str
    version: int
    config: dict[str, Any]
    seed: int | None
    inputs: dict[str, str]
    outside: dict[str, str]
    sources: dict[str, list[str]]


@dataclass(frozen=True)
class Record:
    """The runs of a chain.

    Attributes:
        name: of the record; see `record_name`.
        file: the chain file.
        steps: what each step got last.
        runs: earlier and last runs, oldest first: `{"at": time, "steps": {step: key}}`.
    """

    name: str
    file: str
    steps: dict[str, StepRecord] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)


def record_file(store_root: Path, name: str) -> Path:
    """Where the record of a chain lies."""
    return store_root / "chains" / f"{name}.json"


def record_name(store_root: Path, chain_file: Path) -> str:
    """The name of a chain's record: the file's without its suffix.

    Where another chain file that still exists has that name already, a part of the path's digest follows.
    """
    whole = chain_file.resolve()
    known = read_record(store_root, whole.stem)
    if known is None or Path(known.file) == whole or not Path(known.file).exists():
        return whole.stem
    return f"{whole.stem}-{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}"


def read_record(store_root: Path, name: str) -> Record | None:
    """The record of a chain; None before its first run.

    Raises:
        StoreError: when it is damaged.
    """
    path = record_file(store_root, name)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        steps = {step: StepRecord(**entry) for step, entry in values["steps"].items()}
        return Record(name=name, file=str(values["file"]), steps=steps, runs=list(values["runs"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read the chain's record: {error.strerror}", where=str(path)) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        hint = f"remove it and run the chain again: rm {path}"
        raise StoreError(f"the chain's record is damaged: {error!s:.80}", where=str(path), hint=hint) from None


def records(store_root: Path) -> Iterator[Record]:
    """The records of all chains that ran in a store."""
    for path in sorted((store_root / "chains").glob("*.json")):
        record = read_record(store_root, path.stem)
        if record is not None:
            yield record


class Recorder:
    """Writes down what each step gets, as soon as it has it.

    Steps that this run does not reach keep what they got before, while the chain still has them.
    """

    def __init__(self, store_root: Path, chain: Chain) -> None:
        self._path = record_file(store_root, record_name(store_root, chain.file))
        before = read_record(store_root, self._path.stem)
        known = before.steps if before is not None else {}
        self._steps = {name: entry for name, entry in known.items() if name in chain.steps}
        self._runs = before.runs[-MAX_RUNS:] if before is not None else []
        self._run: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "steps": {}}
        self._file = str(chain.file.resolve())

    def got(self, step: Step, artifact: Artifact) -> None:
        """A step has its artifact."""
        self._steps[step.name] = StepRecord(
            stage=step.stage,
            key=artifact.key,
            digest=artifact.digest,
            version=artifact.version,
            config=artifact.config,
            seed=artifact.seed,
            inputs=artifact.inputs,
            outside=artifact.outside,
            sources={name: [source.name for source in sources] for name, sources in step.inputs.items()},
        )
        self._run["steps"][step.name] = artifact.key
        self._path.parent.mkdir(parents=True, exist_ok=True)
        values = {
            "file": self._file,
            "steps": {name: asdict(entry) for name, entry in self._steps.items()},
            "runs": [*self._runs, self._run],
        }
        write_json(self._path, values)
