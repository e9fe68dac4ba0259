from leafout.cli.pace import Pace


def test_rate_and_time_left_come_from_this_sitting() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.report(1000)  # a resumed run begins at step 1000
    assert pace.words(1000, 4000, "steps", "") == "1000 of 4000 steps"
    now[0] = 10.0
    pace.report(1300)
    assert pace.rate == 30
    assert pace.words(1300, 4000, "steps", "loss 2.31") == "1300 of 4000 steps, 30/s, 1 min 30 s left, loss 2.31"


def test_a_second_pass_is_measured_anew() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.report(90)
    now[0] = 1.0
    pace.report(5)
    assert pace.rate == 0
    now[0] = 2.0
    pace.report(10)
    assert pace.rate == 5
    assert pace.words(10, None, "", "") == "10, 5/s"
