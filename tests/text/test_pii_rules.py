import subprocess
import sys

import pytest

from leafout.core.errors import LeafoutError
from leafout.text.pii_rules import PersonalData


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LeafoutError, match="kinds"):
        PersonalData.read({"kinds": ["emails"]})


def test_a_kind_said_twice_is_said_once() -> None:
    assert PersonalData(kinds=("phone", "email", "phone")).kinds == ("phone", "email")


def test_names_and_plates_are_by_choice() -> None:
    assert not {"name", "plate", "passport", "birth", "mac", "old_id"} & set(PersonalData().kinds)


def test_naming_the_config_loads_no_forms() -> None:
    code = "import sys; import leafout.text.pii_rules; assert 'leafout.text.pii_numbers' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
