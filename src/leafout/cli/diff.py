"""`leafout diff`: two artifacts, or two runs of a chain."""

import json
from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder

_HELP = "an artifact as `show` takes it, a chain, or `chain@1` for the run before its last"


def diff(
    first: Annotated[str, typer.Argument(metavar="FIRST", help=_HELP)],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="what to hold against it")],
    store: StoreFolder = STORE,
    as_json: Annotated[bool, typer.Option("--json", help="all of it as JSON")] = False,
) -> None:
    """Say what differs: settings, inputs, figures, funnel; for two exams also which answers changed."""
    from leafout.chain.diff import diff as held
    from leafout.chain.diff import lines
    from leafout.core.store import Store

    found = held(Store(store), first, second)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in lines(found):
        print(line)
