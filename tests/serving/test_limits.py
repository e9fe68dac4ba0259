import pytest

from leafout.core.errors import LeafoutError
from leafout.serving.limits import Limits


@pytest.mark.parametrize(
    "values", [{"body_bytes": 10}, {"texts": 0}, {"header_seconds": 0}, {"answer_seconds": float("nan")}, {"chars": -1}]
)
def test_a_limit_that_is_none_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(LeafoutError, match=next(iter(values))):
        Limits.read(values)


def test_an_unknown_limit_names_the_nearest() -> None:
    with pytest.raises(LeafoutError) as caught:
        Limits.read({"body_byte": 5000})
    assert caught.value.hint == "did you mean `body_bytes`?"
