import os
import signal
import threading

import pytest

from leafout.chain.stopping import ChainStopped, StoppedAtOnce, Stopper


def test_the_first_signal_asks_and_the_second_stops_at_once() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(StoppedAtOnce), Stopper() as stopper:
        assert stopper.number == 0
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopper.asked
        assert stopper.number == signal.SIGTERM
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) == before


def test_outside_the_main_thread_it_waits_to_be_told() -> None:
    seen = []

    def work() -> None:
        with Stopper() as stopper:
            stopper.ask()
            seen.append(stopper.asked)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]


def test_a_stop_says_how_far_it_came() -> None:
    assert str(ChainStopped("pretrain", "at step 3 of 9", 2)) == "`pretrain` stopped at step 3 of 9"
