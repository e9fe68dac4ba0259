"""`leafout gc`: removes what nobody needs, after saying what that is."""

import sys
from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder
from leafout.cli.words import size


def gc(
    store: StoreFolder = STORE,
    yes: Annotated[bool, typer.Option("--yes", help="really remove; without it nothing is touched")] = False,
) -> None:
    """Remove artifacts that no chain's last run, no release and no rollback needs, and leftovers of interrupted work.

    What these were made from is kept too. Results of single verbs (`leafout clean ...`) are needed by nobody: copy
    them out with --out.
    """
    from leafout.chain.growing import folder_bytes
    from leafout.chain.sweep import sweep
    from leafout.core.store import Store

    found = sweep(Store(store), dry=True)
    for artifact in found.removed:
        print(f"- {artifact.path.name:<28} {size(folder_bytes(artifact.path)):>9}")
    for path in found.leftovers:
        print(f"- {path.name:<28} {size(folder_bytes(path)):>9}  interrupted")
    if not found.removed and not found.leftovers:
        print("nothing to remove", file=sys.stderr)
        return
    counts = f"{len(found.removed)} artifacts and {len(found.leftovers)} leftovers"
    if not yes:
        print(f"{size(found.bytes)} would come free: {counts}; `leafout gc --yes` removes them", file=sys.stderr)
        return
    done = sweep(Store(store), dry=False)
    print(f"{size(done.bytes)} came free: {counts}", file=sys.stderr)
