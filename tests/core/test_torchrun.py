import pytest

from leafout.core import torchrun


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, (0, 1)),
        ({"RANK": "1", "WORLD_SIZE": "2"}, (0, 1)),  # somebody else's: no torchrun
        ({"RANK": "1", "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "none"}, (1, 2)),
        ({"RANK": "0", "WORLD_SIZE": "1", "TORCHELASTIC_RUN_ID": "none"}, (0, 1)),
        ({"RANK": "x", "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "none"}, (0, 2)),
    ],
)
def test_torchrun_is_known_by_its_variables(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], wanted: tuple[int, int]
) -> None:
    for name in ("RANK", "WORLD_SIZE", "TORCHELASTIC_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert (torchrun.rank(), torchrun.count()) == wanted
