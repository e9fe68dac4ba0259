import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from leafout.cli.main import main
from leafout.cli.verbs import VERBS, help_text
from leafout.core.verbs import STAGES


def test_help_lists_every_verb_in_the_order_of_work() -> None:
    lines = help_text().splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("  --")]
    assert listed == list(VERBS)
    assert max(map(len, lines)) <= 88
    stages = [name for name in VERBS if VERBS[name].target.endswith("stage_verb:stage_verb")]
    assert stages == [name for name in STAGES if name not in {"monitor", "update"}]


def test_every_target_is_a_module_that_exists() -> None:
    missing = [verb.target for verb in VERBS.values() if find_spec(verb.target.partition(":")[0]) is None]
    assert missing == []


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'torch', 'numpy', 'pydantic', 'typer', 'click', 'rich', 'pyarrow', 'ruamel.yaml'}"
    code = f"import sys; from leafout.cli.main import main; main(['--help']); assert not {heavy} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == help_text() + "\n"


def test_a_verb_imports_no_torch_and_no_numpy_before_it_works() -> None:
    code = "import sys; from leafout.cli.main import main; main(['clean', '--help']); main(['plan', '--help'])"
    code += "; assert not {'torch', 'numpy', 'pyarrow', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_the_guide_shows_the_help_as_it_is() -> None:
    guide = Path("docs/guides/commands.md").read_text(encoding="utf-8")
    assert f"```\n{help_text()}\n```" in guide


def test_the_commands_of_the_guide_have_flags_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    guide = Path("docs/guides/commands.md").read_text(encoding="utf-8")
    lines = guide.partition("```console\n")[2].partition("```")[0].splitlines()
    assert len(lines) == 5
    for line in lines:
        verb, *words = shlex.split(line)[1:]
        assert main([verb, "--help"]) == 0
        known = capsys.readouterr().out
        assert [word for word in words if word.startswith("--") and word not in known] == []
