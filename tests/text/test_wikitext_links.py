from collections import Counter

import pytest

from leafout.text.wikitext import DROPPED_NAMESPACES
from leafout.text.wikitext_links import link_text


@pytest.mark.parametrize(
    ("target", "label", "shown"),
    [
        ("Paris", None, "Paris"),
        ("Paris", "the city", "the city"),
        (":Category:Towns", None, "Category:Towns"),
        ("Help:Paris (city)", "", "Paris"),
        ("北京（消歧义）", "", "北京"),
        ("Category:Towns", None, ""),
        ("分类:城市", "排序", ""),
        ("Image:a.png", "thumb|text", ""),
        ("文件:a.png", "缩略图", ""),
        ("de:Paris", None, ""),
        ("zh-yue:巴黎", None, ""),
        ("doi:10.1000/1", None, "doi:10.1000/1"),
        ("Star Trek: Picard", None, "Star Trek: Picard"),
        ("http://example.org page", None, "page"),
        ("a\nb", "c", "a\nb c"),
    ],
)
def test_a_link_shows_its_label(target: str, label: str | None, shown: str) -> None:
    assert link_text(target, label, DROPPED_NAMESPACES, Counter()) == shown


def test_what_shows_nothing_is_counted_by_kind() -> None:
    counts: Counter[str] = Counter()
    for target in ("File:a", "档案:b", "Category:c", "fr:d"):
        link_text(target, None, DROPPED_NAMESPACES, counts)
    assert counts == {"files": 2, "categories": 1, "language_links": 1}
