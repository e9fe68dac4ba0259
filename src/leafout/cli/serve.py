"""`leafout serve`: releases behind HTTP."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from leafout.cli.config_flags import config_of, declare, flags, option
from leafout.cli.options import STORE, StoreFolder
from leafout.core.config import Config
from leafout.serving.limits import Limits
from leafout.serving.log_writer import LogOptions

_LIMITS = {f"limit_{number}": flag for number, flag in enumerate(flags(Limits, ("limits",)))}
_LOG = {f"log_{number}": flag for number, flag in enumerate(flags(LogOptions, ("log",)))}


def serve(**given: Any) -> int:
    """Answer over HTTP until SIGTERM or Ctrl-C; accepted requests are finished, and a rollback is followed at once."""
    from leafout.serving.server import serve as listen

    limits = config_of(_Nested, {flag: given.pop(key) for key, flag in (_LIMITS | _LOG).items()}, where="leafout serve")
    store, names, log = given.pop("store"), given.pop("names") or [], given.pop("log")
    return listen(store, names, limits=limits.limits, log=limits.log if log else None, announce=_announce, **given)


class _Nested(Config):
    """The tables that flags may fill."""

    limits: Limits = Limits()
    """Bounds on requests."""
    log: LogOptions = LogOptions()
    """The request log."""


def _announce(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _option(kind: Any, name: str, text: str, **more: Any) -> Any:
    return Annotated[kind, typer.Option(name, help=text, **more)]


declare(
    serve,
    {
        "names": (
            Annotated[
                list[str] | None, typer.Argument(metavar="SLOT", help="slots, folders or NAME=FOLDER; all slots")
            ],
            None,
        ),
        "store": (StoreFolder, STORE),
        "host": (_option(str, "--host", "address; any but this machine's own needs a token"), "127.0.0.1"),
        "port": (_option(int, "--port", "0 takes a free one", min=0, max=65535), 8000),
        "port_file": (
            _option(Path | None, "--port-file", "the port is written there once requests are answered"),
            None,
        ),
        "token_file": (
            _option(Path | None, "--token-file", "the token that clients must send [or LEAFOUT_TOKEN]"),
            None,
        ),
        "unexamined": (_option(bool, "--unexamined", "serve also what passed no exam"), False),
        "standby": (_option(bool, "--standby/--no-standby", "keep the former release in memory for a rollback"), True),
        "threads": (_option(int | None, "--threads", "of each model; the free cores by default", min=1), None),
        "drain_seconds": (_option(float, "--drain-seconds", "time for accepted requests at the end", min=0), 30.0),
        "log": (_option(bool, "--log/--no-log", "keep a request log, personal data masked"), True),
        **{key: (option(flag), None) for key, flag in (_LIMITS | _LOG).items()},
    },
)
