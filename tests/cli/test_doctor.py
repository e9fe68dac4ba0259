from pathlib import Path

import pytest

from leafout.chain.runner import run_chain
from leafout.cli import doctor
from leafout.cli.main import main
from small_stages import write_chain


@pytest.fixture(autouse=True)
def no_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafout.core.device.bf16_is_fast", lambda device="cpu": True)


def test_the_machine_and_a_whole_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--store", str(tmp_path / "none")]) == 0
    said = capsys.readouterr().out
    for name in ("python", "torch", "chip", "cores", "memory", "bf16", "gpu", "[quickstart]"):
        assert f"\n{name}" in f"\n{said}"
    run_chain(write_chain(tmp_path), store=tmp_path / "store", steps=["join"])
    assert main(["doctor", "--store", str(tmp_path / "store"), "--deep"]) == 0
    assert "3 artifacts are whole (every byte read)" in capsys.readouterr().out


def test_damage_is_listed_and_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run_chain(write_chain(tmp_path), store=tmp_path / "store").artifacts
    words = ran["join"].path / "words.txt"
    words.chmod(0o644)
    words.write_text("bit flip", encoding="utf-8")
    (ran["words"].path / "manifest.json").chmod(0o644)
    (ran["words"].path / "manifest.json").write_text("{}", encoding="utf-8")
    assert main(["doctor", "--store", str(tmp_path / "store"), "--deep"]) == 2
    faults = [line for line in capsys.readouterr().out.splitlines() if line.startswith("to mend")]
    assert len(faults) == 2
    assert "rm -rf" in faults[0] + faults[1]


def test_an_extra_that_is_missing_has_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.EXTRAS, "quickstart", ("no_such_module", "texts"))
    assert ("[quickstart]", "texts; not installed: pip install 'leafout[quickstart]'") in doctor._extras()
