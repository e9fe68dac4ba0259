"""The commands of the README, run one after another as they stand there, on a chain of toy size."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from fences import PROJECT, commands, fences
from toy import write_toy

pytestmark = pytest.mark.slow

CHAIN, SLOT = "chains/quickstart.yaml", "sentiment"
BIN = Path(sys.executable).parent


def readme_commands(name: str) -> list[str]:
    return [line for fence in fences(PROJECT / name, "console") for line in commands(fence)]


def test_both_languages_show_the_same_commands() -> None:
    english = readme_commands("README.md")
    assert english == readme_commands("README.zh-CN.md")
    assert english[:2] == ["scripts/quickstart", "scripts/test"]


def test_both_languages_show_the_same_chain() -> None:
    chain, chinese = (fences(PROJECT / name, "yaml") for name in ("README.md", "README.zh-CN.md"))
    assert [fence.text for fence in chain] == [fence.text for fence in chinese]


def test_the_first_two_commands_are_what_continuous_integration_runs() -> None:
    script = (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    for command in readme_commands("README.md")[:2]:
        assert any(line.split()[0] == command for line in script if line.strip()), command


def test_the_commands_of_the_readme_run_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "chains").mkdir()
    write_toy(tmp_path / "chains").rename(tmp_path / CHAIN)
    text = (tmp_path / CHAIN).read_text(encoding="utf-8").replace("promote: toy", f"promote: {SLOT}")
    (tmp_path / CHAIN).write_text(text, encoding="utf-8")
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    ran = []
    for line in [line for line in readme_commands("README.md") if line.startswith("leafout ")]:
        words = shlex.split(line)
        ran.append(words[1])
        if words[1] == "serve":
            served(words, tmp_path, environment)
        else:
            done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert {"plan", "run", "report", "serve", "trace"} <= set(ran)


def served(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Start the service as it is shown, on a free port; ask it what it serves, and stop it."""
    port_file = folder / "port"
    command = [*words, "--port", "0", "--port-file", str(port_file)]
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(300):
            if port_file.exists() and port_file.read_text():
                break
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.1)
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port_file.read_text().strip()}/v1/models", timeout=10
        ) as answer:
            assert [model["id"] for model in json.load(answer)["data"]] == [SLOT]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode in {0, 143}
