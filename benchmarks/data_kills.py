"""Kills while collect, clean, split and tokenize run: the same command goes on, and ends with the same digests.

A small input is cut into many parts and run with two workers, once undisturbed, then in one new store after another.
At random moments the main process, a worker, or all processes at once are killed (SIGKILL), and the same command is
given again, until it ends. Then the digest of every artifact must be that of the undisturbed run. It is also seen to
that parts which were made are not made again, that no worker outlives its parent and that no scratch is left.

    python benchmarks/data_kills.py --kills 100
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from data_chain import survive  # the tests run the same, with fewer kills


def main() -> None:
    """Print what was survived; an AssertionError says what was not."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--kills", type=int, default=100)
    wish.add_argument("--seed", type=int, default=1)
    wish.add_argument("--scale", type=float, default=0.5, help="of the input; 1 is 3,000 documents")
    wish.add_argument("--folder", type=Path, help="where the work is done; a temporary folder when not given")
    given = wish.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        done = survive(Path(folder), kills=given.kills, seed=given.seed, scale=given.scale, say=_say)
    hits = ", ".join(f"{count} {name}" for name, count in sorted(done.kills.items()))
    print(f"\n{sum(done.kills.values())} kills ({hits}), {done.resumes} resumes, {done.reused} parts reused")
    print(f"{done.rounds} stores, digests equal in all; {done.seconds:.0f} s, undisturbed {done.calm_seconds:.1f} s")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
