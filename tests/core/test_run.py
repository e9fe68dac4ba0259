from pathlib import Path

import pytest

from leafout.core.run import QUIET, QuietRun


def test_a_quiet_run_has_defaults_and_never_stops() -> None:
    assert (QUIET.seed, QUIET.device, QUIET.root, QUIET.should_stop()) == (0, "auto", Path(), False)
    run = QuietRun(seed=3, device="cpu", root=Path("数据"))
    run.say("词")
    run.log(1, loss=0.5)
    run.progress(1, None)
    assert (run.seed, run.device, run.root) == (3, "cpu", Path("数据"))


def test_growing_needs_a_chain() -> None:
    with pytest.raises(RuntimeError, match="needs a chain"):
        QUIET.grow("clean", {}, {})
