"""`leafout show`: one artifact or one chain."""

import json
from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="a folder, key, digest, slot, `chain.yaml`, or `chain.yaml:step`")
]


def show(
    name: Name = "",
    store: StoreFolder = STORE,
    as_json: Annotated[bool, typer.Option("--json", help="all of it as JSON")] = False,
) -> None:
    """Show what an artifact or a chain holds, or without a name the store: settings, figures, ledger, curves, files."""
    from leafout.chain.lookup import find_artifact, is_chain, read_chain
    from leafout.chain.overview import chain_facts, chain_lines, store_facts, store_lines
    from leafout.chain.show import facts, lines
    from leafout.core.store import Store

    place = Store(store)
    if not name:
        found = store_facts(place)
        shown = store_lines(found)
    elif is_chain(place, name):
        found = chain_facts(place, read_chain(place, name))
        shown = chain_lines(found)
    else:
        found = facts(place, find_artifact(place, name))
        shown = lines(found)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in shown:
        print(line)
