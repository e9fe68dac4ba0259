"""`leafout run`: a chain, from its first step to its last."""

from leafout.cli.options import (
    STORE,
    ChainFile,
    Device,
    NumProcesses,
    NumWorkers,
    Parallel,
    Sets,
    Steps,
    StoreFolder,
    checked_device,
    checked_parallel,
)


def run(  # noqa: PLR0917 - flags
    chain: ChainFile,
    steps: Steps = None,
    store: StoreFolder = STORE,
    sets: Sets = None,
    device: Device = "auto",
    workers: NumWorkers = 0,
    processes: NumProcesses = 1,
    parallel: Parallel = "auto",
) -> None:
    """Run a chain. What the store has is not made again; Ctrl-C any time, the same command goes on."""
    from leafout.chain.runner import run_chain
    from leafout.chain.steps import read_chain
    from leafout.cli.watching import Shown

    found = read_chain(chain, sets or [])
    with Shown([step.name for step in found.needed_for(steps or [])]) as watch:
        run_chain(
            found,
            store=store,
            steps=steps or [],
            device=checked_device(device),
            workers=workers,
            processes=processes,
            parallel=checked_parallel(parallel),
            watch=watch,
        )
