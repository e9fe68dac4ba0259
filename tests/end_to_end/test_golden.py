"""A golden digest for each (stage, version): red when a stage's output changed and its version did not.

The digest is taken over what the payload says, not over how a library writes it: rows of a Parquet file, values of a
JSON file, and of weights only their names and shapes, since their last bits belong to a family of chips.
To renew after raising a version: LEAFOUT_GOLDEN=write scripts/test --slow -k golden
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from toy import write_toy

GOLDEN = Path(__file__).parent / "golden.json"
CHIP_DEPENDENT = {"exam.json", "parity.json", "reference.npz", "predictions.parquet", "errors.jsonl", "README.md"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The artifacts of a toy chain, by stage@version/step."""
    folder = tmp_path_factory.mktemp("golden")
    chain, store = write_toy(folder), folder / "store"
    command = [sys.executable, "-m", "leafout", "run", str(chain), "--store", str(store)]
    subprocess.run(command, check=True, capture_output=True)
    steps = json.loads((store / "chains" / "chain.json").read_text(encoding="utf-8"))["steps"]
    found = {
        path.parent: json.loads(path.read_text(encoding="utf-8")) for path in store.glob("artifacts/*/manifest.json")
    }
    keys = {values["key"]: (path, values) for path, values in found.items()}
    named = {}
    for step, key in steps.items():
        path, values = keys[key if isinstance(key, str) else key["key"]]
        named[f"{values['stage']}@{values['version']}/{step}"] = path
    return named


def test_every_stage_says_what_its_version_has_always_said(artifacts: dict[str, Path]) -> None:
    said = {name: content_digest(path) for name, path in artifacts.items()}
    if os.environ.get("LEAFOUT_GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert said == json.loads(GOLDEN.read_text(encoding="utf-8"))


def content_digest(folder: Path) -> str:
    """What an artifact says, as sixteen hexadecimal digits."""
    said = {
        path.relative_to(folder).as_posix(): content(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in {"notes", "manifest.json"}
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def content(path: Path) -> Any:
    """What a payload file says."""
    if path.name in CHIP_DEPENDENT:
        return "there"
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path).to_pylist()
    if path.suffix == ".json":
        values = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "canary.json":  # logits have the last bits of a chip
            return [row["ids"] for row in values["rows"]]
        return {k: v for k, v in values.items() if k not in {"model", "transformers_version"}}
    if path.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, "numpy") as file:
            return {name: file.get_slice(name).get_shape() for name in sorted(file.keys())}
    if path.suffix == ".onnx":
        import onnx

        graph = onnx.load(path).graph
        return [[node.op_type, *node.output] for node in graph.node]
    return hashlib.sha256(path.read_bytes()).hexdigest()
