import pytest

from leafout.core.errors import LeafoutError
from leafout.maintenance.limits import AlertLimits


def test_every_limit_is_documented_and_bounded() -> None:
    for name, field in AlertLimits.model_fields.items():
        assert field.description, name
        with pytest.raises(LeafoutError, match=name):
            AlertLimits.read({name: -1})
