"""`leafout update CHAIN`: what changed is run, and the better release serves."""

from leafout.cli.options import STORE, ChainFile, Device, Sets, StoreFolder, checked_device
from leafout.core.errors import GateError


def update(chain: ChainFile, store: StoreFolder = STORE, sets: Sets = None, device: Device = "auto") -> int:
    """Run what changed, let each new release meet the one that serves, promote it or keep the old one; say why."""
    from leafout.chain.steps import read_chain
    from leafout.chain.update import update_chain
    from leafout.cli.watching import Shown
    from leafout.core.store import Store

    found = read_chain(chain, sets or [])
    with Shown([*found.steps, *(f"update/{step.promote}" for step in found.steps.values() if step.promote)]) as watch:
        outcomes = update_chain(found, Store(store), device=checked_device(device), watch=watch)
    for outcome in outcomes:
        print(f"{'promoted' if outcome.promoted else 'kept':<8}  {outcome.slot}  {outcome.reason}")
    return 0 if all(outcome.passed for outcome in outcomes) else GateError.exit_code
