from pathlib import Path
from typing import Any

import pytest

from leafout.cli.main import main
from leafout.serving import server
from leafout.serving.limits import Limits
from leafout.serving.log_writer import LogOptions


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def listen(store_root: Path, names: list[str], **more: Any) -> int:
        calls.append({"store_root": store_root, "names": names} | more)
        more["announce"]("listening 开始")
        return 143

    monkeypatch.setattr(server, "serve", listen)
    return calls


def test_flags_reach_the_service(called: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "serve",
        "情感",
        "area",
        "--port",
        "0",
        "--port-file",
        "p",
        "--store",
        "s",
        "--unexamined",
        "--threads",
        "2",
    ]
    assert main([*words, "--limits.texts", "9", "--log.retention-days", "2", "--no-standby"]) == 143
    assert capsys.readouterr().err == "listening 开始\n"
    (given,) = called
    assert (given["store_root"], given["names"], given["port"], given["port_file"]) == (
        Path("s"),
        ["情感", "area"],
        0,
        Path("p"),
    )
    assert (given["unexamined"], given["standby"], given["threads"]) == (True, False, 2)
    assert (given["limits"], given["log"]) == (Limits(texts=9), LogOptions(retention_days=2))


def test_defaults_are_safe_and_the_log_has_an_off_switch(called: list[dict[str, Any]]) -> None:
    main(["serve"])
    main(["serve", "--no-log"])
    assert (called[0]["host"], called[0]["unexamined"], called[0]["limits"], called[0]["log"]) == (
        *("127.0.0.1", False),
        Limits(),
        LogOptions(),
    )
    assert called[1]["log"] is None


def test_limits_are_checked(called: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--limits.texts", "0"]) == 2
    assert "--limits.texts" in capsys.readouterr().err
    assert main(["serve", "--port", "70000"]) == 2
    assert called == []
