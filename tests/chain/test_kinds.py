import pytest

from leafout.chain.kinds import MAKES, check_kind
from leafout.core.errors import LeafoutError
from leafout.core.verbs import STAGES


def test_every_verb_says_what_it_makes() -> None:
    assert set(MAKES) == set(STAGES)


@pytest.mark.parametrize(
    ("stage", "name", "made_by"),
    [("evaluate", "rows", "clean"), ("tokenize", "documents", "clean"), ("export", "model", "split")],
)
def test_what_cannot_be_used_is_refused_with_what_can(stage: str, name: str, made_by: str) -> None:
    with pytest.raises(LeafoutError, match=f"it was made by `{made_by}`") as caught:
        check_kind(stage, name, made_by, source="x", where="chain.yaml:3")
    assert f"`{name}` takes what" in caught.value.hint


@pytest.mark.parametrize("made_by", ["", "my_stages:mine", "split"])
def test_outside_folders_and_own_stages_are_trusted(made_by: str) -> None:
    check_kind("evaluate", "rows", made_by, source="x", where="")
    check_kind("my_stages:mine", "rows", "clean", source="x", where="")
