import pytest

from leafout.cli.options import checked_device
from leafout.core.errors import LeafoutError


def test_a_device_is_one_of_three() -> None:
    assert checked_device("cpu") == "cpu"
    with pytest.raises(LeafoutError, match="`cup` is no device") as caught:
        checked_device("cup")
    assert caught.value.hint == "did you mean `cpu`?"
