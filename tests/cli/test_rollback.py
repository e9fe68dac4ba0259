from pathlib import Path

import pytest

from leafout.cli.main import main
from leafout.serving.releases import current
from small_stages import write_chain


def test_the_former_release_serves_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain, store = str(write_chain(tmp_path)), ["--store", str(tmp_path / "store")]
    main(["run", chain, *store])
    first = current(tmp_path / "store", "leaf")
    assert main(["rollback", "leaf", *store]) == 2
    assert "no former release" in capsys.readouterr().err
    main(["run", chain, *store, "--set", "count.steps=2"])
    assert current(tmp_path / "store", "leaf") != first
    assert main(["rollback", "leaf", *store, "--reason", "错了"]) == 0
    back = current(tmp_path / "store", "leaf")
    assert back is not None
    assert first is not None
    assert (back.digest, back.reason) == (first.digest, "错了")
