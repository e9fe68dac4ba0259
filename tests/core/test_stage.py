from collections.abc import Sequence
from pathlib import Path

import pytest

from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage, stage_info
from leafout.core.verbs import STAGES


class OwnConfig(Config):
    """A config of one's own."""


@stage(version=3, seeded=True)
def own(
    model: Path,
    rows: Path | None,
    others: Sequence[Path],
    more: Sequence[Path] = (),
    *,
    out: Path,
    config: OwnConfig,
    run: Run = QUIET,
) -> dict[str, float]:
    """Do nothing."""
    return {}


def unmarked() -> None:
    """No stage."""


def test_a_stage_of_ones_own_is_described_by_its_signature() -> None:
    info = stage_info(f"{__name__}:own")
    assert (info.name, info.version, info.seeded, info.resumable) == ("own", 3, True, False)
    assert info.inputs == {"model": "one", "rows": "optional", "others": "many", "more": "any"}
    assert info.config is OwnConfig


@pytest.mark.parametrize("name", STAGES)
def test_every_verb_of_the_table_is_a_stage_with_a_documented_config(name: str) -> None:
    info = stage_info(name)
    assert info.name == name
    assert all(field.description for field in info.config.model_fields.values())


@pytest.mark.parametrize("name", ["colect", "nothing.here:x", f"{__name__}:unmarked"])
def test_what_is_no_stage_is_refused(name: str) -> None:
    with pytest.raises(LeafoutError):
        stage_info(name)
