import os
import subprocess
import sys
from pathlib import Path

import pytest

import leafout
from leafout.chain.stopping import ChainStopped
from leafout.cli import main as door
from leafout.cli.main import main
from leafout.cli.verbs import VERBS, Verb
from leafout.core.errors import GateError


def calling(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(name: str, words: list[str]) -> int:
        raise error

    monkeypatch.setattr(door, "_call", fail)


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{leafout.__version__}\n"
    assert main([]) == main(["--help"]) == main(["-h"]) == main(["help"]) == 0
    assert main(["help", "plan"]) == 0
    assert "Say what a run would do" in capsys.readouterr().out


def test_an_error_is_told_on_stderr_in_three_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "none.yaml"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: cannot read the file: No such file or directory\n  --> none.yaml\n")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (GateError("`a` is 1"), 3, "error: `a` is 1\n"),
        (
            ChainStopped("pretrain", "at step 3 of 9", 2),
            130,
            "^C pretrain  stopped at step 3 of 9; `leafout run",
        ),
        (ChainStopped("pretrain", "", 15), 143, "-- pretrain  stopped; `leafout run 'a b'` goes on from there\n"),
        (KeyboardInterrupt(), 130, "^C stopped\n"),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_each_end_has_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, text: str
) -> None:
    calling(monkeypatch, error)
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    assert main(["run", "a b"]) == code
    assert capsys.readouterr().err.startswith(text)


def test_our_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    calling(monkeypatch, ZeroDivisionError("oops"))
    assert main(["run", "a"]) == 1
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "this is a bug of leafout" in said


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m leafout --help | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode in {0, 141}


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in VERBS:
        assert main([name, "--help"]) == 0, capsys.readouterr().err
        said = capsys.readouterr().out
        assert said.startswith(f"Usage: leafout {name}")


def test_a_verb_may_return_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "seven", Verb("", "leafout.cli.seven:seven", ""))
    monkeypatch.setattr(door, "_function", lambda name: lambda: 7)
    assert main(["seven"]) == 7


@pytest.mark.parametrize(("when", "code"), [("in a verb", 143), ("after it", 0)])
def test_a_signal_outside_a_run_still_leaves_with_an_exit_code(when: str, code: int) -> None:
    program = """\
import os, signal, sys
from leafout.cli import main as door

door._call = lambda name, words: os.kill(os.getpid(), signal.SIGTERM) or 0 if "in" in sys.argv else 0
sys.argv = ["leafout", "gc", *sys.argv[1].split()[:1]]
code = door.main()
os.kill(os.getpid(), signal.SIGTERM)
sys.exit(code)
"""
    done = subprocess.run([sys.executable, "-c", program, when], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr


@pytest.mark.parametrize(("rank", "wanted"), [("0", ["the verb", "dismissed"]), ("1", ["served"])])
def test_of_torchruns_processes_the_first_runs_and_the_others_serve_it(
    monkeypatch: pytest.MonkeyPatch, rank: str, wanted: list[str]
) -> None:
    from leafout.training import starting

    for name, value in {"RANK": rank, "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "none"}.items():
        monkeypatch.setenv(name, value)
    done: list[str] = []
    monkeypatch.setattr(starting, "serve", lambda: done.append("served"))
    monkeypatch.setattr(starting, "dismiss", lambda: done.append("dismissed"))
    monkeypatch.setattr(door, "_alone", lambda _words: done.append("the verb"))
    main()
    assert done == wanted
