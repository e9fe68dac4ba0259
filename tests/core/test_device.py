import json
from pathlib import Path

import pytest

from leafout.core import device
from leafout.core.errors import LeafoutError


def test_there_is_at_least_one_core_and_some_memory() -> None:
    assert device.cores() >= 1
    assert device.memory_bytes() > 1 << 28


def test_the_probe_is_taken_once_and_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAFOUT_CACHE", str(tmp_path))
    first = device.bf16_is_fast()
    (memory,) = (tmp_path / "leafout").iterdir()
    assert (json.loads(memory.read_text())["bf16_gain"] >= 1.3) == first
    memory.write_text(json.dumps({"bf16_gain": 0.0 if first else 9.0}))
    assert device.bf16_is_fast() != first


def test_cuda_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert device.device_of("auto") == "cpu"
    with pytest.raises(LeafoutError, match="no GPU"):
        device.device_of("cuda")
