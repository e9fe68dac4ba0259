from pathlib import Path

import pytest

from leafout.cli.main import main
from leafout.core.store import Store
from small_stages import CHAIN, write_chain


def test_nothing_goes_before_it_was_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain, store = write_chain(tmp_path, CHAIN.replace(", promote: leaf", "")), str(tmp_path / "store")
    main(["run", str(chain), "--store", store])
    assert main(["gc", "--store", store]) == 0
    assert "nothing to remove" in capsys.readouterr().err
    main(["run", str(chain), "--store", store, "--set", "count.steps=2"])
    capsys.readouterr()
    assert main(["gc", "--store", store]) == 0
    said = capsys.readouterr()
    assert [line.split()[1].partition("-")[0] for line in said.out.splitlines()] == ["count", "evaluate"]
    assert "would come free: 2 artifacts and 0 leftovers; `leafout gc --yes` removes them" in said.err
    assert len(list(Store(tmp_path / "store").artifacts())) == 8
    assert main(["gc", "--store", store, "--yes"]) == 0
    assert "came free" in capsys.readouterr().err
    assert len(list(Store(tmp_path / "store").artifacts())) == 6
