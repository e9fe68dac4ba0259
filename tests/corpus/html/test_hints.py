import pytest

from leafout.corpus.html.hints import CHROME, MINOR, TALK, flags_of


@pytest.mark.parametrize(
    ("names", "flags"),
    [
        ("comment-list", TALK),
        ("ArticleShareBar", CHROME),
        ("post__related_posts", CHROME),
        ("xiangguan", CHROME),
        ("most-read", CHROME),
        ("heroPhoto", MINOR),
        ("content-with-sidebar", 0),
        ("article-body", 0),
        ("shareholder", 0),
        ("", 0),
    ],
)
def test_names_say_what_a_box_is(names: str, flags: int) -> None:
    assert flags_of(names) == flags


def test_a_name_of_a_megabyte_is_read_in_part() -> None:
    assert flags_of("x " * 500_000 + "share") == 0
