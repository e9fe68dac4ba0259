import pytest

from leafout.text.quality import QualityRules
from leafout.text.quality_edit import EDITS, edit

C4 = QualityRules(preset="c4")
EN = "A line of prose ends in a full stop."
ZH = "正文的一行以句号结束。"


@pytest.mark.parametrize(
    ("text", "language"), [(f" {EN}\n\n\n\u3000{EN}\n", "en"), (f"{ZH}\n\n{ZH}", "zh"), ("", "en")]
)
def test_what_no_rule_touches_stays_byte_for_byte(text: str, language: str) -> None:
    assert edit(text, language, C4) == (text, {})


@pytest.mark.parametrize(
    ("line", "language", "edits"),
    [
        ("Home | About | Contact", "en", {"c4_line_ends": 1}),
        ("首页 关于我们 联系方式", "zh", {"c4_line_ends": 1}),
        ("Read more of this...", "en", {"c4_line_ends": 1}),
        ("Too short.", "en", {"c4_min_line_words": 1}),
        ("太短。", "zh", {"c4_min_line_words": 1}),
        ("Please turn on JavaScript to go on.", "en", {"c4_javascript": 1}),
        ("By going on you accept our Privacy Policy.", "en", {"c4_policy": 1}),
        ("继续浏览即表示您同意我们的隐私政策。", "zh", {"c4_policy": 1}),
        ("x" * 1001 + " is no word.", "en", {"c4_max_word_chars": 1}),
    ],
)
def test_a_refused_line_goes_and_is_counted(line: str, language: str, edits: dict[str, int]) -> None:
    prose = ZH if language == "zh" else EN
    assert edit(f"{prose}\n\n{line}\n\n{prose}", language, C4) == (f"{prose}\n\n{prose}", edits)
    assert edit(line, language, C4) == ("", edits)
    assert set(edits) <= set(EDITS)


@pytest.mark.parametrize(
    ("text", "left", "marks"),
    [
        ("It was built in 1889.[1][23] It is tall.[citation needed]", "It was built in 1889. It is tall.", 3),
        ("这座塔建于1889年。[1][来源请求]", "这座塔建于1889年。", 2),
        ("The list[a] and [12 are no marks, nor is [].", "The list[a] and [12 are no marks, nor is [].", 0),
    ],
)
def test_citation_marks_are_removed_and_counted(text: str, left: str, marks: int) -> None:
    assert edit(text, "zh", C4) == (left, {"c4_citations": marks} if marks else {})


def test_a_programmer_may_write_of_javascript_in_chinese() -> None:
    assert edit("这篇文章介绍 JavaScript 的闭包。", "zh", C4)[1] == {}


def test_without_c4_nothing_is_edited() -> None:
    assert edit("short", "en", QualityRules()) == ("short", {})
