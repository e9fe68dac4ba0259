"""`leafout rollback SLOT`: the release that served before serves again."""

from leafout.cli.options import STORE, StoreFolder
from leafout.cli.promote import Reason, Slot


def rollback(slot: Slot, store: StoreFolder = STORE, reason: Reason = "") -> None:
    """Let the former release of a slot serve again. A running service follows within a second."""
    from leafout.serving.releases import rollback as go_back

    entry = go_back(store, slot, reason=reason)
    print(f"{slot} serves {entry.key[:8]}  {entry.folder(store)}")
