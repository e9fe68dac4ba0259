"""A service of fakes in a process of its own: `python -m serving.child STORE PORT_FILE DRAIN_SECONDS NAME...`."""

import sys
from pathlib import Path

from leafout.serving import loaded
from leafout.serving.server import serve
from serving.fakes import runner_of


def say(said: str) -> None:
    """Show a sentence."""
    sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    store, port_file, drain_seconds, *names = sys.argv[1:]
    loaded.load_runner = lambda folder, threads: runner_of(folder)
    code = serve(
        Path(store),
        names,
        port=0,
        port_file=Path(port_file),
        unexamined=True,
        drain_seconds=float(drain_seconds),
        announce=say,
    )
    sys.exit(code)
