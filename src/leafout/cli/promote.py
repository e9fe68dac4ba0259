"""`leafout promote SLOT RELEASE`: a release serves from now on."""

from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder

Slot = Annotated[str, typer.Argument(metavar="SLOT", help="the name it serves under")]
Reason = Annotated[str, typer.Option("--reason", help="why; kept in the history")]


def promote(
    slot: Slot,
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="its folder, key, or step (CHAIN:STEP)")],
    store: StoreFolder = STORE,
    reason: Reason = "by hand",
    unexamined: Annotated[bool, typer.Option("--unexamined", help="also without a passed exam")] = False,
) -> None:
    """Let a release serve a slot. A running service follows within a second; `leafout rollback` goes back."""
    from pathlib import Path

    from leafout.chain.kinds import check_kind
    from leafout.chain.lookup import find_artifact
    from leafout.core.store import Store
    from leafout.inference.release import read_release
    from leafout.serving.releases import promote as let_serve

    folder = Path(release)
    if not folder.is_dir():
        artifact = find_artifact(Store(store), release)
        check_kind("evaluate", "release", artifact.stage, source=release, where="leafout promote")
        folder = artifact.path
    read_release(folder)
    entry = let_serve(store, slot, folder, reason=reason, unexamined=unexamined)
    print(f"{slot} serves {entry.key[:8]}  {folder}")
