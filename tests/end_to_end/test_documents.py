"""What the README and the guides show can be typed: every command parses, every YAML block is YAML."""

import shlex
from pathlib import Path

import pytest
import typer

from fences import Fence, commands, documents, fences
from leafout.cli.main import _function
from leafout.cli.verbs import VERBS
from leafout.core.spec import parse_yaml


def shown(*languages: str) -> list[Fence]:
    return [fence for path in documents() for fence in fences(path, *languages)]


def typed() -> list[tuple[str, str]]:
    return [(fence.where, line) for fence in shown("console", "bash", "sh") for line in commands(fence)]


LEAFOUT_LINES = [(where, line) for where, line in typed() if line.startswith("leafout ")]


@pytest.mark.parametrize(("where", "line"), LEAFOUT_LINES, ids=[f"{where} {line}" for where, line in LEAFOUT_LINES])
def test_every_command_that_is_shown_has_such_a_verb_and_such_flags(where: str, line: str) -> None:
    words = shlex.split(line.split(" | ", maxsplit=1)[0].split(" > ", maxsplit=1)[0].removesuffix("&").strip())[1:]
    if words[0].startswith("--"):
        assert words[0] in {"--help", "--version"}
        return
    assert words[0] in VERBS, where
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(words[0])(_function(words[0]))
    command = typer.main.get_command(app)
    if "--help" not in words:
        command.make_context(words[0], words[1:])


@pytest.mark.parametrize("fence", shown("yaml"), ids=lambda fence: fence.where)
def test_every_yaml_block_is_read(fence: Fence) -> None:
    assert parse_yaml(fence.text, file=fence.where).values


def test_scripts_that_are_shown_are_there() -> None:
    names = {shlex.split(line)[0] for _, line in typed() if line.startswith("scripts/")}
    assert {"scripts/quickstart", "scripts/test"} <= names
    for name in names:
        assert (Path(__file__).resolve().parents[2] / name).is_file()
