from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.serving.chosen import Chosen, chosen
from leafout.serving.releases import identity, promote
from serving.fakes import write_fake


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for slot in ("reviews", "评论"):
        promote(tmp_path / "store", slot, write_fake(tmp_path / "store" / slot, fails_on=slot), unexamined=True)
    return tmp_path / "store"


def test_without_names_every_slot_serves(store: Path) -> None:
    found = chosen(store)
    assert [each.name for each in found] == ["reviews", "评论"]
    assert found[0] == Chosen("reviews", store / "reviews", identity(store / "reviews")[1])


def test_a_slot_and_a_folder_serve_side_by_side(store: Path, tmp_path: Path) -> None:
    folder = write_fake(tmp_path / "mine")
    assert chosen(store, ["reviews", folder, f"new={folder}"]) == [
        Chosen("reviews", store / "reviews", identity(store / "reviews")[1]),
        Chosen("mine", folder),
        Chosen("new", folder),
    ]


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="nothing to serve") as caught:
        chosen(tmp_path)
    assert "leafout promote" in caught.value.hint


@pytest.mark.parametrize(
    ("names", "said", "hint"),
    [
        (["review"], "neither a slot nor a folder", "did you mean `reviews`?"),
        (["zzz"], "neither a slot nor a folder", "slots: `reviews`, `评论`"),
        (["no/such"], "no folder `such`", ""),
        (["a=no/such"], "no folder `such`", ""),
        (["reviews", "reviews"], "named twice", "first=FOLDER"),
        (["../x=."], "cannot name a slot", ""),
    ],
)
def test_a_name_that_means_nothing_is_refused(store: Path, names: list[str], said: str, hint: str) -> None:
    with pytest.raises(LeafoutError, match=said) as caught:
        chosen(store, names)
    assert hint in caught.value.hint
