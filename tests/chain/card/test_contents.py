from leafout.chain.card.contents import samples, section, words
from leafout.corpus.card import Card
from leafout.corpus.documents import Document, table_of


def card(rows: list[Document]) -> dict[str, object]:
    found = Card()
    found.add(table_of(rows))
    return found.plain()


ROWS = [
    Document("今天天气很好", id="a", source="data/news/甲.jsonl", label="正", language="zh", time="2020-01-01"),
    Document("x" * 500, id="b", source="data/posts.csv", label="负", language="en", time="2023", licence="CC0"),
]


def test_every_count_has_its_figure_and_sources_stand_below_their_folder() -> None:
    made = section({"card": card(ROWS), "sides": {}})
    for word in ("Languages", "Licences", "no licence said", "Sources", "in data", "news/甲.jsonl", "Labels", "Years",
                 "2020-01-01 to 2023", "Length"):  # fmt: skip
        assert word in made
    assert "data/news" not in made
    assert "Hosts" not in made


def test_the_sides_stand_beside_each_other_with_the_shares_of_labels() -> None:
    sides = {"train": card(ROWS), "test": card(ROWS[:1])}
    made = section({"card": card(ROWS), "sides": sides})
    for word in ("Sides", "en 1, zh 1", "1 (50.0%)", "1 (100.0%)", "0 (0.0%)"):
        assert word in made


def test_centuries_are_drawn_by_decades() -> None:
    rows = [Document("诗", time=f"{year}-01-01") for year in (1850, 1851, 2024)]
    made = section({"card": card(rows), "sides": {}})
    assert "1850: 2" in made
    assert "2020: 1" in made


def test_the_card_in_a_sentence() -> None:
    said = words(card([Document("甲乙", text_b="丙", label="正"), Document("丁")]))
    assert said == "2 documents of 2 characters on average, 12 B in UTF-8; 1 pairs of texts, 1 labelled."
    assert words(card([])).startswith("0 documents")


def test_samples_are_shown_as_text_and_never_as_links_or_markup() -> None:
    row = Document("<b>hostile</b>\u202e", id="1", url="javascript:alert(1)", source="<i>")
    made = samples({"card": card([row])})
    assert made is not None
    assert "&lt;b&gt;hostile" in made
    assert "<a" not in made
    assert "\u202e" not in made
    assert samples({"card": card([])}) is None
