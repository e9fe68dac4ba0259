from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.text.quality_limits import Counts, Fractions, LanguageRules, Switches, kind_of, limits, switches


class Some(LanguageRules):
    few: Counts = limits(80, 50)
    share: Fractions = limits(None, 0.5)
    on: Switches = switches(zh=False, en=True)
    names: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("given", "field", "wanted"),
    [
        ({}, "few", {"zh": 80, "en": 50, "other": 50}),
        ({"few": {"zh": 30}}, "few", {"zh": 30, "en": 50, "other": 50}),
        ({"few": 7}, "few", {"zh": 7, "en": 7, "other": 7}),
        ({"few": None}, "few", {"zh": None, "en": None, "other": None}),
        ({"share": 0.1}, "share", {"zh": None, "en": 0.1, "other": 0.1}),
        ({"share": {"zh": 0.2, "en": None}}, "share", {"zh": 0.2, "en": None, "other": 0.5}),
        ({"on": True}, "on", {"zh": True, "en": True, "other": True}),
        ({"on": None}, "on", {"zh": False, "en": False, "other": False}),
        ({"on": {"zh": True}}, "on", {"zh": True, "en": True, "other": True}),
        ({"names": ["a"]}, "names", ("a",)),
    ],
)
def test_a_limit_is_written_for_each_language_or_for_all(given: dict[str, Any], field: str, wanted: object) -> None:
    assert getattr(Some.read(given), field) == wanted
    assert Some.read(Some.read(given).plain()) == Some.read(given)


@pytest.mark.parametrize(
    "given", [{"few": {"fr": 3}}, {"few": -1}, {"share": 1.5}, {"few": "many"}, {"share": {"en": "x"}}, {"on": 3}]
)
def test_what_is_no_limit_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError):
        Some.read(given)


def test_other_languages_share_their_limits() -> None:
    assert [kind_of(language) for language in ("zh", "en", "de", "", "other")] == [
        "zh",
        "en",
        "other",
        "other",
        "other",
    ]
