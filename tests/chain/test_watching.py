from leafout.chain.watching import UNWATCHED


def test_nobody_has_to_listen() -> None:
    UNWATCHED.begins("a", "k")
    UNWATCHED.say("a", "词")
    UNWATCHED.log("a", 1, {"loss": 1.0})
    UNWATCHED.progress("a", 1, None, "", "")
    UNWATCHED.stops("a")
