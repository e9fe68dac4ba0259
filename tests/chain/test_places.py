import pytest

from leafout.chain.places import Places, nearest, overridden, read_override
from leafout.core.errors import LeafoutError
from leafout.core.spec import parse_yaml


def test_an_override_is_typed_by_yaml_and_copies_what_it_changes() -> None:
    values = {"clean": {"quality": {"min_chars": 4}}, "seed": 1}
    sets = ["clean.quality.min_chars=100", "clean.near_dedup=null", "seed=9", "clean.languages=[zh, en]"]
    changed = overridden(values, [read_override(text) for text in sets])
    assert changed == {
        "clean": {"quality": {"min_chars": 100}, "near_dedup": None, "languages": ["zh", "en"]},
        "seed": 9,
    }
    assert values == {"clean": {"quality": {"min_chars": 4}}, "seed": 1}


def test_a_table_that_is_not_there_yet_is_made() -> None:
    assert overridden({"a": {}}, [read_override("a.b.c=1e-4")]) == {"a": {"b": {"c": 1e-4}}}


@pytest.mark.parametrize("text", ["", "a", "a.b", "=1", "a=1", ".b=1", "a..b=1", "a.b=[", "a.b=*x", "a.b=!!t x"])
def test_nonsense_is_refused_and_named(text: str) -> None:
    with pytest.raises(LeafoutError) as caught:
        read_override(text)
    assert caught.value.where == f"--set {text}"


@pytest.mark.parametrize(("text", "message"), [("clan.a=1", "no step `clan`"), ("clean.a.b=1", "is no table")])
def test_an_override_must_lead_somewhere(text: str, message: str) -> None:
    with pytest.raises(LeafoutError, match=message):
        overridden({"clean": {"a": 3}}, [read_override(text)])


def test_a_place_is_a_line_or_the_override_that_wrote_it() -> None:
    places = Places(parse_yaml("a:\n  b: 1\n  c: [x, y]\n", file="f.yaml"), (read_override("a.b=2"),))
    assert places.where(("a", "b")) == "--set a.b=2 [a.b]"
    assert places.where(("a", "b", "d")) == "--set a.b=2 [a.b.d]"
    assert places.where(("a", "c", "1")) == "f.yaml:3 [a.c.1]"


def test_the_nearest_word_is_offered_else_all_of_them() -> None:
    assert nearest("claen", ["clean", "split"], what="steps") == "did you mean `clean`?"
    assert nearest("x", ["clean", "split"], what="steps") == "steps: `clean`, `split`"
    assert nearest("x", [], what="steps") == "there are no steps"
