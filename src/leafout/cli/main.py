"""The outer door: finds the verb, calls it, and turns whatever goes wrong into a message and an exit code."""

import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from leafout.cli.verbs import VERBS, help_text
from leafout.core import torchrun
from leafout.core.errors import LeafoutError, Stopped

BUG = 1
USER = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after `leafout`; those of the process when None.

    Returns:
        the exit code: 0 done, 1 our bug, 2 something to mend, 3 a gate not passed, 130 and 143 stopped by a signal.
    """
    # Threads that spin while they wait for a busy core halve the speed of training; read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if argv is not None:
        return _ended(list(argv))
    if torchrun.count() > 1:
        return _beside_others(sys.argv[1:])
    return _alone(sys.argv[1:])


def _alone(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return _ended(words)
    finally:
        signal.signal(
            signal.SIGTERM, signal.SIG_IGN
        )  # what was asked is done: the exit code says how, not a late signal


def _beside_others(words: list[str]) -> int:
    """Under torchrun the first process does what was said; the others help it where a model is trained."""
    from leafout.training.starting import dismiss, serve

    if torchrun.rank() > 0:
        serve()
        return 0
    try:
        return _alone(words)
    finally:
        dismiss()


def _terminated(number: int, _frame: FrameType | None) -> None:
    """SIGTERM where no stage and no service listens: clean up on the way out, and say 143."""
    raise SystemExit(128 + number)


def _ended(words: list[str]) -> int:
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except LeafoutError as error:
        return _say(error)
    except Stopped as stop:
        return _stopped(stop, words)
    except KeyboardInterrupt:
        print("^C stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return _pipe_closed()
    except Exception:  # noqa: BLE001 - the outer door
        return _bug()
    return code


def _dispatch(words: list[str]) -> int:
    first = words[0] if words else "--help"
    if first in {"--help", "-h", "help"} and len(words) < 2:
        print(help_text())
        return 0
    if first == "--version":
        from leafout import __version__

        print(__version__)
        return 0
    if first == "help":
        words = [words[1], "--help"]
        first = words[0]
    if first not in VERBS:
        import difflib

        near = difflib.get_close_matches(first, VERBS, n=1)
        hint = f"did you mean `leafout {near[0]}`?" if near else "leafout --help lists the verbs"
        raise LeafoutError(f"unknown verb {_shown(first)}", hint=hint)
    return _call(first, words[1:])


def _call(name: str, words: list[str]) -> int:
    import typer

    usage_error: type[Exception] = typer.BadParameter.__mro__[1]  # click's, or that of the copy inside typer
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, context_settings={"help_option_names": ["-h", "--help"]})(_function(name))
    command = typer.main.get_command(app)
    try:
        code = command.main(args=words, prog_name=f"leafout {name}", standalone_mode=False)
    except usage_error as error:
        flags = [flag for parameter in command.params for flag in parameter.opts if flag.startswith("-")]
        raise _usage(error, name, flags) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _function(name: str) -> Callable[..., int | None]:
    import importlib

    module, _, attribute = VERBS[name].target.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    function: Callable[..., int | None] = found(name) if attribute == "stage_verb" else found
    return function


def _usage(error: BaseException, name: str, flags: list[str]) -> LeafoutError:
    """An error of the words on the command line, in our form."""
    import difflib

    hint = f"leafout {name} --help"
    wrong = getattr(error, "option_name", None)
    if wrong is not None and type(error).__name__ == "NoSuchOption":
        near = difflib.get_close_matches(str(wrong), flags, n=1)
        if near:
            hint = f"did you mean `{near[0]}`?"
        return LeafoutError(f"no flag {_shown(str(wrong))}", where=f"leafout {name}", hint=hint)
    formatted = error.format_message() if hasattr(error, "format_message") else str(error)
    text = " ".join(str(formatted).split()).rstrip(".").replace("'", "`")
    return LeafoutError(text[:1].lower() + text[1:], where=f"leafout {name}", hint=hint)


def _shown(word: str) -> str:
    short = word if len(word) <= 60 else word[:57] + "..."
    return f"`{short}`" if short.isprintable() else f"`{short.encode('unicode_escape').decode('ascii')}`"


def _say(error: LeafoutError) -> int:
    print(f"error: {error}", file=sys.stderr)
    return error.exit_code


def _stopped(stop: Stopped, words: list[str]) -> int:
    number = int(getattr(stop, "number", 2) or 2)
    step, far = getattr(stop, "step", words[0]), getattr(stop, "how_far", "")
    mark = "^C" if number == 2 else "--"
    again = shlex.join(["leafout", *words])
    print(f"{mark} {step}  stopped{f' {far}' if far else ''}; `{again}` goes on from there", file=sys.stderr)
    return 128 + number


def _pipe_closed() -> int:
    """Whoever read our output went away (`| head`): end quietly."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13


def _bug() -> int:
    import traceback

    traceback.print_exc()
    print("\nerror: this is a bug of leafout, not a mistake of yours", file=sys.stderr)
    return BUG
