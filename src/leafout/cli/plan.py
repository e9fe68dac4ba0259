"""`leafout plan`: what a run would do, and why."""

from typing import TYPE_CHECKING

from leafout.cli.options import STORE, ChainFile, Sets, Steps, StoreFolder
from leafout.cli.words import roughly, size

if TYPE_CHECKING:
    from leafout.chain.plan import Planned

_MARKS = {"found": "=", "run": "+", "unknown": "?"}


def plan(chain: ChainFile, steps: Steps = None, store: StoreFolder = STORE, sets: Sets = None) -> None:
    """Say what a run would do and why, and, once the stages have run here, for how long and with how much memory."""
    from leafout.chain.plan import plan as look
    from leafout.chain.steps import read_chain
    from leafout.core.store import Store

    planned = look(read_chain(chain, sets or []), Store(store), steps or [])
    for line in lines(planned):
        print(line)


def lines(planned: "list[Planned]") -> list[str]:
    """A line for each step, and one for all."""
    width = max([8, *(len(each.step.name) for each in planned)])
    words = [each.why or "found" for each in planned]
    reason_width = max(len(text) for text in words)
    shown = []
    for each, text in zip(planned, words, strict=True):
        cost = "" if each.cost is None else f"about {roughly(each.cost.seconds)}"
        if each.cost is not None and each.cost.peak_bytes:
            cost += f", {size(each.cost.peak_bytes)}"
        line = f"{_MARKS[each.state]} {each.step.name:<{width}}  {each.key[:8]:<8}  {text:<{reason_width}}  {cost}"
        shown.append(line.rstrip())
    return [*shown, _whole(planned)]


def _whole(planned: "list[Planned]") -> str:
    to_do = [each for each in planned if each.state != "found"]
    if not to_do:
        return f"all {len(planned)} steps are found"
    known = [each.cost.seconds for each in to_do if each.cost is not None]
    text = f"{len(to_do)} of {len(planned)} steps to run"
    if known:
        text += f", {'about' if len(known) == len(to_do) else 'more than'} {roughly(sum(known))}"
    return text
