"""`leafout monitor SLOT`: what a service was asked and answered, and whether that has drifted."""

from pathlib import Path
from typing import Annotated, Any

import typer

from leafout.cli.config_flags import config_of, declare, flags, option
from leafout.cli.options import STORE, StoreFolder
from leafout.cli.words import figure
from leafout.core.errors import LeafoutError
from leafout.core.stage import stage_info

_FLAGS = {
    f"config_{number}": flag
    for number, flag in enumerate(flags(stage_info("monitor").config))
    if flag.path not in {("logs",)}
}


def monitor(**given: Any) -> None:
    """Make figures, a verdict on drift, alerts and a review queue from the closed segments of a slot's request log."""
    from leafout.chain.growing import Grower
    from leafout.chain.keys import given_folder, work_of
    from leafout.chain.stopping import ChainStopped, StoppedAtOnce, Stopper
    from leafout.cli.references import find_given
    from leafout.cli.watching import Shown
    from leafout.core.errors import Stopped
    from leafout.core.store import Store

    slot, root = given["slot"], given["store"].resolve()
    store, info = Store(root), stage_info("monitor")
    champion = _champion(root, slot)
    if not (root / "logs" / slot).is_dir():
        hint = f"leafout serve {slot}, and not with --no-log"
        raise LeafoutError(f"the slot `{slot}` has no request log", where=str(root / "logs"), hint=hint)
    values = {flag: given[key] for key, flag in _FLAGS.items()}
    for flag in (flag for flag, words in values.items() if flag.path == ("labels",) and words):
        values[flag] = [str(Path.cwd() / word) for word in values[flag]]
    config = config_of(info.config, values, where="leafout monitor", more={"logs": [f"logs/{slot}"]})
    with Stopper() as stopper, Shown(["monitor"]) as watch:
        grower = Grower(store, root, given["seed"], watch=watch, stopper=stopper)
        inputs = {"release": (given_folder(store, champion),)}
        if given["rows"]:
            inputs["rows"] = (find_given(info, "rows", given["rows"], grower),)
        try:
            work = work_of(store, info, config, inputs, seed=given["seed"], root=root)
            artifact = grower.artifact("monitor", work)
        except (Stopped, StoppedAtOnce):
            raise ChainStopped("monitor", "", stopper.number) from None
    for name, value in artifact.metrics.items():
        print(f"{name:<20} {figure(value)}")
    print(artifact.path)


def _champion(root: Path, slot: str) -> Path:
    from leafout.serving.releases import current, slots

    champion = current(root, slot)
    if champion is None:
        names = ", ".join(f"`{name}`" for name in slots(root)) or "none"
        raise LeafoutError(f"nothing serves the slot `{slot}`", where=str(root), hint=f"slots with a release: {names}")
    return champion.folder(root)


declare(
    monitor,
    {
        "slot": (Annotated[str, typer.Argument(metavar="SLOT", help="the name it serves under")], ...),
        "store": (StoreFolder, STORE),
        "rows": (
            Annotated[str, typer.Option("--rows", help="a split to measure drift against; else the release's")],
            "",
        ),
        "seed": (Annotated[int, typer.Option("--seed", min=0, help="of permutations and samples")], 0),
        **{key: (option(flag), None) for key, flag in _FLAGS.items()},
    },
)
