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


def test_a_peak_is_seen_and_can_be_forgotten() -> None:
    before = device.resident_bytes()
    held = bytearray(b"x" * (64 << 20))
    assert device.peak_bytes() >= before + (32 << 20)
    del held
    if device.forget_peak():
        assert device.peak_bytes() <= before + (48 << 20)
    assert 0 < device.free_bytes() <= device.memory_bytes()


def test_what_a_control_group_has_left_is_all_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"memory.max": "2000000\n", "memory.current": "1500000\n", "memory.stat": "anon 5\ninactive_file 300000\n"}
    monkeypatch.setattr(device, "_cgroup", lambda name: files.get(name, ""))
    device.memory_bytes.cache_clear()
    monkeypatch.setattr(device, "resident_bytes", lambda: 0)
    try:
        assert device.free_bytes() == 800_000
    finally:
        device.memory_bytes.cache_clear()
