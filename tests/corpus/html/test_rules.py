import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.html.page import PageOptions
from leafout.corpus.html.rules import PageRules


def test_the_defaults_are_those_of_a_reader() -> None:
    assert PageRules().options() == PageOptions()
    assert PageRules(max_links=3, honour=("noai",)).options() == PageOptions(max_links=3, honour=("noai",))


def test_an_unknown_wish_is_refused() -> None:
    with pytest.raises(LeafoutError):
        PageRules.read({"honour": ["nofollow"]})
