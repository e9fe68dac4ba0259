import io
from pathlib import Path

import pytest

from leafout.cli import watching
from leafout.cli.watching import Shown
from leafout.core.artifact import Artifact


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BAR_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(watching, "LINE_EVERY_SECONDS", 0.0)


def artifact(tmp_path: Path) -> Artifact:
    return Artifact(tmp_path, "97ec24a4ffff", "d", "clean", 1, {}, {}, {"documents": 2651.0, "kept": 0.576}, 0.1, {})


def test_a_line_for_each_step_on_stdout(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    with Shown(["collect", "清洗"], out=out, err=err) as watch:
        watch.ends("collect", artifact(tmp_path), made=False, seconds=0.02)
        watch.ends("清洗", artifact(tmp_path), made=True, seconds=75)
    assert out.getvalue().splitlines()[0] == "= collect   97ec24a4        0.02 s  documents 2651  kept 0.576"
    assert out.getvalue().splitlines()[1].startswith("+ 清洗")
    assert err.getvalue() == ""


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines() -> None:
    err = io.StringIO()
    with Shown(["pretrain"], out=io.StringIO(), err=err) as watch:
        watch.begins("pretrain", "k")
        watch.log("pretrain", 3, {"loss": 2.3456})
        watch.progress("pretrain", 3, 9, "steps", "")
        watch.say("pretrain", "[bold]样本[/bold]")
    assert err.getvalue().splitlines() == ["  pretrain  3 of 9 steps, loss 2.346", "  pretrain  [bold]样本[/bold]"]


def test_on_a_terminal_a_bar_moves_and_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out, err = io.StringIO(), Terminal()
    with Shown(["pretrain"], out=out, err=err) as watch:
        watch.begins("pretrain", "k")
        watch.progress("pretrain", 3, 9, "steps", "loss 2.3")
        watch.say("pretrain", "[bold]样本[/bold]")
        watch.progress("other", 1, None, "", "")
        watch.stops("pretrain")
    said = err.getvalue()
    assert "3 of 9 steps" in said
    assert "[bold]样本[/bold]" in said
    assert "\x1b[3" not in said  # no colour
    assert out.getvalue() == ""


def test_short_work_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BAR_AFTER_SECONDS", 2.0)
    err = Terminal()
    with Shown(["a"], out=io.StringIO(), err=err) as watch:
        watch.begins("a", "k")
        watch.progress("a", 1, 2, "files", "")
    assert err.getvalue() == ""
