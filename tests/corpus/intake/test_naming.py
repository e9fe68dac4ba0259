from leafout.corpus.documents import Document
from leafout.corpus.intake.naming import Naming, named

ROW = Document(text="春眠不觉晓", label="1", extra={"module": "http.client"})


def test_a_document_is_named_by_its_content_and_its_file() -> None:
    found = named(ROW, "诗/tang.jsonl", Naming(labels={"1": "好"}, licence="CC0"))
    assert isinstance(found, Document)
    assert (found.source, found.label, found.licence, len(found.id)) == ("诗/tang.jsonl", "好", "CC0", 16)
    again = named(ROW, "elsewhere.jsonl", Naming(labels={"1": "好"}))
    assert isinstance(again, Document)
    assert again.id == found.id


def test_a_label_comes_from_the_file_or_folder_also_inside_an_archive() -> None:
    inner = Document(text="leaf", source="all.zip!pos/a.x.txt")
    for rule, wanted in (("file", "a"), ("folder", "pos")):
        found = named(inner, "all.zip", Naming(label_from=rule))  # type: ignore[arg-type]  # one of the two words
        assert isinstance(found, Document)
        assert (found.label, found.source) == (wanted, "all.zip!pos/a.x.txt")


def test_patterns_give_labels_and_what_has_none_may_go() -> None:
    rules = Naming(label_by={"module": {"networking": ("socket", "http*")}}, unlabelled="drop")
    found = named(ROW, "a", rules)
    assert isinstance(found, Document)
    assert found.label == "networking"
    assert named(Document(text="x", extra={"module": "json"}), "a", rules) == "unlabelled"


def test_a_sample_is_chosen_by_content() -> None:
    rows = [Document(text=f"第{n}行 line") for n in range(400)]
    kept = [isinstance(named(row, "a", Naming(sample=0.25)), Document) for row in rows]
    assert 60 < sum(kept) < 140
    assert kept == [isinstance(named(row, "b", Naming(sample=0.25)), Document) for row in rows]
