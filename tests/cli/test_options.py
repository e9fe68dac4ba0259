import pytest

from leafout.cli.options import checked_device, checked_parallel
from leafout.core.errors import LeafoutError


def test_a_device_is_one_of_three() -> None:
    assert checked_device("cpu") == "cpu"
    with pytest.raises(LeafoutError, match="`cup` is no device") as caught:
        checked_device("cup")
    assert caught.value.hint == "did you mean `cpu`?"


def test_a_way_of_training_together_is_one_of_three() -> None:
    assert [checked_parallel(wish) for wish in ("auto", "ddp", "fsdp")] == ["auto", "ddp", "fsdp"]
    with pytest.raises(LeafoutError, match="`fsd` is no way of training together") as error:
        checked_parallel("fsd")
    assert "fsdp" in error.value.hint
