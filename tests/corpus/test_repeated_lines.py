from pathlib import Path

import pytest

from leafout.corpus import repeated_lines
from leafout.corpus.documents import Document
from leafout.corpus.repeat_rules import RepeatedLines
from part_files import clean_of_repeats, write_parts


def page(number: int, site: str, *lines: str) -> Document:
    text = "\n".join([f"第{number}篇：春风又绿江南岸{'柳' * number}", f"Story {'n' * number} of leaves.", *lines])
    return Document(text, id=f"{site}{number}", url=f"https://{site}/{number}", source="all.jsonl")


NEWS = [page(number, "News.example", "责任编辑：张三", f"阅读（{number * 37}）", "分享到微博") for number in range(12)]
BLOG = [page(number, "www.blog.example", "Share on Twitter") for number in range(5)]


def run(
    tmp_path: Path, documents: list[Document], sizes: list[int], **rule: object
) -> tuple[list[str], dict[str, int]]:
    config = RepeatedLines.read(rule)
    parts = write_parts(tmp_path / "parts", documents, sizes)
    table, edits = clean_of_repeats(repeated_lines, parts, tmp_path / "scratch", config)
    return table.column("text").to_pylist(), edits.counts()


def test_lines_of_many_pages_of_a_site_go_and_all_others_stay(tmp_path: Path) -> None:
    texts, counts = run(tmp_path, NEWS + BLOG, [5, 7])
    assert texts == [page(number, "x").text for number in range(12)] + [document.text for document in BLOG]
    gone = sum(len(f"\n责任编辑：张三\n阅读（{number * 37}）\n分享到微博".encode()) for number in range(12))
    assert counts == {"documents": 12, "emptied": 0, "pieces": 36, "bytes": gone}


def test_both_bounds_must_be_met(tmp_path: Path) -> None:
    rare = [page(number, "news.example", *(["More from us"] if number < 12 else [])) for number in range(130)]
    texts, counts = run(tmp_path, rare, [])
    assert counts["pieces"] == 0
    assert texts == [document.text for document in rare]
    assert run(tmp_path, rare, [], min_fraction=0.09)[1]["pieces"] == 12


def test_a_line_is_counted_once_a_document_but_goes_everywhere(tmp_path: Path) -> None:
    thrice = [page(number, "a.example", "点击查看", "点击查看", "点击查看") for number in range(2)]
    assert run(tmp_path, thrice, [], min_documents=3)[1]["pieces"] == 0
    texts, counts = run(tmp_path, thrice, [], min_documents=2)
    assert counts["pieces"] == 6
    assert texts == [page(number, "a.example").text for number in range(2)]


@pytest.mark.parametrize(
    ("rule", "pieces"),
    [
        ({"fold_digits": False}, 24),
        ({"min_letters": 5}, 24),
        ({"edge_lines": 1}, 12),
        ({"site": "source"}, 36),
        ({"min_documents": 13}, 0),
    ],
)
def test_choices(tmp_path: Path, rule: dict[str, object], pieces: int) -> None:
    assert run(tmp_path, NEWS, [4], **rule)[1]["pieces"] == pieces


def test_without_url_the_source_is_the_site_and_corpus_joins_all(tmp_path: Path) -> None:
    some = [
        Document(f"{number}x{'y' * number}\nALL RIGHTS RESERVED", source=f"{number % 2}.txt") for number in range(8)
    ]
    assert run(tmp_path, some, [], min_documents=5)[1]["pieces"] == 0
    assert run(tmp_path, some, [], min_documents=4)[1]["pieces"] == 8
    assert run(tmp_path, some, [], min_documents=8, site="corpus")[1]["pieces"] == 8


def test_a_document_of_nothing_else_is_counted_as_emptied(tmp_path: Path) -> None:
    texts, counts = run(tmp_path, [*NEWS, Document("分享到微博\n", url="http://user@news.example:80/x")], [])
    assert texts[-1] == ""
    assert counts["emptied"] == 1


def test_borders_of_parts_change_nothing(tmp_path: Path) -> None:
    documents = [document for pair in zip(NEWS, NEWS[::-1], strict=True) for document in pair] + BLOG
    whole = run(tmp_path / "a", documents, [])
    assert whole[1]["pieces"]
    assert run(tmp_path / "b", documents, [1, 0, 9, 3]) == whole


def test_examples_say_what_went(tmp_path: Path) -> None:
    parts = write_parts(tmp_path / "parts", NEWS, [])
    _, edits = clean_of_repeats(repeated_lines, parts, tmp_path / "scratch", RepeatedLines())
    assert edits.examples["责任编辑：张三"] == 12
    assert edits.examples["阅读（37）"] == 1
