import pytest

from leafout.corpus.html.phrases import has_rights, is_dated, is_furniture


@pytest.mark.parametrize(
    "line",
    [
        "Share this",
        "Read more: x",
        "By Ann Leaf",
        "（责任编辑：王芳）",
        "【编辑:x】",
        "相关阅读",
        "© 2024",
        "Advertisement",
    ],
)
def test_lines_of_furniture_are_known_by_their_first_words(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line", ["by the river", "Shareholders met", "The town council", "市议会周二开会", "今天的相关工作", ""]
)
def test_other_lines_are_not(line: str) -> None:
    assert not is_furniture(line)


def test_rights_and_dates_are_found_anywhere() -> None:
    assert has_rights("Leaf 2024. All Rights Reserved")
    assert has_rights("本网未经授权不得使用")
    assert not has_rights("The right of way")
    assert is_dated("on Nov. 18")
    assert is_dated("3 小时前")
    assert not is_dated("four trees, 四棵树")
