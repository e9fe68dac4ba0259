import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import chain_store
from leafout.chain.card.gather import gather
from leafout.chain.card.page import page
from leafout.core.store import Store
from leafout.corpus.documents import Document, DocumentWriter


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


def read(html: str) -> Seen:
    found = Seen()
    found.feed(html)
    found.close()
    assert found.open == []
    return found


@pytest.fixture(scope="module")
def seen() -> Seen:
    return read(page(gather(chain_store.shared(), "demo:rows")))


def hostile(folder: Path) -> Path:
    word = chain_store.HOSTILE
    row = Document(word, id=word, source=f"{word}/x", label=word, url=f"https://{word}", language=word, licence=word)
    with DocumentWriter(folder / word.replace("/", "")) as writer:
        writer.write(row)
    return folder / word.replace("/", "")


def test_it_is_well_formed_and_holds_every_section(seen: Seen) -> None:
    for word in (
        "From the files to here",
        "What it is",
        "What was left out",
        "Samples",
        "How it was made",
        "too short",
    ):
        assert word in seen.text
    assert "这本书" in seen.text


def test_nothing_is_markup_that_came_from_data(tmp_path: Path, seen: Seen) -> None:
    store = Store(tmp_path / "store")
    for found in (seen, read(page(gather(store, str(hostile(tmp_path)))))):
        assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form"} & set(found.tags)
        assert not [name for name, _ in found.attributes if name.startswith("on")]
        assert "\u202e" not in found.text
    assert found.text.count("<script>alert('x')</script>") >= 6


def test_nothing_comes_from_outside_and_every_link_has_its_place(seen: Seen) -> None:
    links = [value for name, value in seen.attributes if name in {"href", "src", "action", "srcset", "data"}]
    assert links
    assert {link[:1] for link in links} == {"#"}
    assert {link[1:] for link in links} <= {value for name, value in seen.attributes if name == "id"}
    assert not re.search(r"url\(|@import|https?://", page(gather(chain_store.shared(), "demo:rows")))


def test_equal_data_gives_equal_bytes_and_an_empty_folder_is_a_page(tmp_path: Path) -> None:
    data = gather(chain_store.shared(), "demo:clean")
    assert page(data) == page(data)
    with DocumentWriter(tmp_path / "empty"):
        pass
    found = read(page(gather(Store(tmp_path / "store"), str(tmp_path / "empty"))))
    assert "0 documents" in found.text
