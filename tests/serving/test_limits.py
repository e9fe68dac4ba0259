import re
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.serving.app import ROUTES
from leafout.serving.limits import Limits
from leafout.serving.log_writer import LogOptions


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


def test_the_guide_names_what_there_is() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "serve.md").read_text(encoding="utf-8")
    for table, config in (("limits", Limits), ("log", LogOptions)):
        named = {name.replace("-", "_") for name in re.findall(rf"--(?:no-)?{table}\.([a-z-]+)", guide)}
        assert named
        assert named <= set(config.model_fields)
    assert set(re.findall(r"`(?:GET|POST) (/\S+)`", guide)) == set(ROUTES)
    for number in (Limits().texts, Limits().connections, Limits().queue_texts, Limits().new_tokens):
        assert str(number) in guide
