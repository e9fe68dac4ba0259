import re
from html.parser import HTMLParser

import pytest

import chain_store
from leafout.chain.report.page import page


class Seen(HTMLParser):
    """Collects elements and text, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def seen() -> Seen:
    found = Seen()
    found.feed(page(chain_store.data()))
    found.close()
    return found


def test_hostile_text_in_data_labels_and_samples_is_shown_and_never_markup(seen: Seen) -> None:
    assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert seen.text.count("<script>alert('x')</script>") > 3
    assert "\u202e" not in seen.text


def test_nothing_comes_from_outside(seen: Seen) -> None:
    links = [value for name, value in seen.attributes if name in {"href", "src", "action", "srcset", "data"}]
    assert links
    assert all(link.startswith("#") for link in links)
    style = page(chain_store.data())
    assert not re.search(r"url\(|@import|https?://", style)


def test_every_link_has_its_place(seen: Seen) -> None:
    places = {value for name, value in seen.attributes if name == "id"}
    assert {value[1:] for name, value in seen.attributes if name == "href"} <= places


def test_it_is_well_formed_and_holds_every_section(seen: Seen) -> None:
    assert seen.open == []
    for word in ("The chain", "Exams", "What pre-training bought", "Data", "Training", "Releases", "Settings"):
        assert word in seen.text
    assert "今天天" in seen.text


def test_a_chain_of_data_alone_has_no_empty_sections() -> None:
    data = chain_store.data()
    data["steps"] = [step for step in data["steps"] if step["name"] in {"reviews", "clean"}]
    data["bought"] = []
    found = Seen()
    found.feed(page(data))
    assert "Exams" not in found.text
    assert "Training" not in found.text
    assert "Data" in found.text


def test_equal_data_gives_equal_bytes() -> None:
    data = chain_store.data()
    assert page(data) == page(data)
