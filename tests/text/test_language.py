import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.language import coarse, in_languages, language, languages, paragraph_languages, primary


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("这本书写得很好", "zh"),
        ("這本書寫得很好", "zh"),
        ("这台 ThinkPad X1 的键盘 very good", "zh"),
        ("iPhone 14 pro max 256G 好", "zh"),
        ("http://a.com/x/y 谢谢", "zh"),
        ("これは本です、とても面白い", "ja"),
        ("한국어 문장입니다", "ko"),
        ("Return the list of files in a directory.", "en"),
        ("good", "en"),
        ("ok", "en"),
        ("def f(x):\n    return x + 1", "en"),
        ("import os\nprint(os.getcwd())\n# 打印当前目录\nfor i in range(10): pass", "en"),
        ("Это книга о природе", "ru"),
        ("Ceci n'est pas une pipe mais une très grande forêt où les élèves étudient à côté de l'école", "fr"),
        ("Der Hund läuft über die Straße und bellt", "de"),
        ("La casa está en el centro de la ciudad", "es"),
        ("සිංහල භාෂාව", "si"),
        ("12345 !!!", "und"),
        ("", "und"),
        ("。，！", "und"),
    ],
)
def test_the_language_is_told_by_script_and_words(text: str, wanted: str) -> None:
    assert language(text) == wanted


@pytest.mark.parametrize("text", ["= = = Fauna = = =", "Armament", "Taxonomy", "Awards", "= Ben Amos =", "Club – Film"])
def test_a_heading_of_a_word_or_two_that_the_model_is_not_sure_of_is_english(text: str) -> None:
    assert language(text) == "en"


@pytest.mark.parametrize(
    ("text", "among", "wanted"),
    [
        ("= = = Crewe Alexandra = = =", ["zh", "en"], "en"),  # Norwegian to the model, which is not sure
        ("Sonny Mayo — guitar (2002 – 2003)", ["zh", "en"], "en"),
        ("Discografia", ["zh", "en"], "en"),
        ("Discografia", ["it", "zh"], "it"),
        ("Film", ["de"], "de"),
        ("Der Hund läuft über die Straße und bellt", ["zh", "en"], "de"),  # long enough to be sure
        ("Это книга о природе", ["zh", "en"], "ru"),  # neither can be
        ("谢谢", ["en"], "zh"),
        ("東京大学", ["ja", "en"], "ja"),
        ("東京大学", ["ja", "zh"], "zh"),
        ("大学の歴史", ["zh", "en"], "ja"),
        ("2001 – 09", ["zh", "en"], "und"),
        ("Discografia", ["xx"], language("Discografia")),  # a code that the model does not know
    ],
)
def test_a_text_too_short_to_say_is_in_a_declared_language_that_it_can_be_in(
    text: str, among: list[str], wanted: str
) -> None:
    assert language(text, among) == wanted


def test_declared_languages_change_nothing_in_texts_that_are_long_enough() -> None:
    for text in ("Ceci n'est pas une pipe mais une très grande forêt où les élèves lisent.", "Questo è un libro " * 9):
        assert language(text, ["zh", "en"]) == language(text) != "en"


def test_the_language_of_a_text_hangs_on_no_other_text() -> None:
    texts = ["Armament", "今天天气很好", "Club", "Discografia", "Der Hund läuft", ""]
    together = languages(texts, ["zh", "en"])
    assert together == [language(text, ["en", "zh"]) for text in texts]
    assert languages(texts[::-1], ["zh", "en"]) == together[::-1]


def test_short_lines_of_a_wanted_language_stay() -> None:
    text = "= = = Crewe Alexandra = = =\n今天天气很好\nЭто книга о природе"
    assert in_languages(text, ["zh", "en"]) == ("= = = Crewe Alexandra = = =\n今天天气很好", 1)


def test_many_texts_are_told_as_each_one_is() -> None:
    texts = ["今天天气很好", "The weather is fine today", "Il fait beau aujourd'hui"]
    assert languages(texts) == ["zh", "en", "fr"] == [language(text) for text in texts]


def test_only_the_head_of_a_long_text_counts() -> None:
    assert language("The weather is fine today. " * 100 + "今天天气很好。" * 1000) == "en"


MIXED = "今天天气很好，我们去公园。\n\nThe weather is fine today.\n\n---\n\n2024"


def test_paragraphs_have_languages_of_their_own() -> None:
    found = paragraph_languages(MIXED)
    assert [code for _, code in found] == ["zh", "und", "en", "und", "und", "und", "und"]
    assert "\n".join(line for line, _ in found) == MIXED


def test_lines_of_other_languages_are_taken_out_and_counted() -> None:
    assert in_languages(MIXED, ["zh"]) == ("今天天气很好，我们去公园。\n\n---\n\n2024", 1)
    assert in_languages(MIXED, ["en"]) == ("The weather is fine today.\n\n---\n\n2024", 1)
    assert in_languages(MIXED, ["zh", "en"]) == (MIXED, 0)


def test_a_coarse_answer_has_three_values() -> None:
    assert [coarse(code) for code in ("zh", "en", "fr", "und")] == ["zh", "en", "other", "other"]


def test_the_model_is_loaded_by_the_first_question_only() -> None:
    code = "import sys; import leafout.text.language; assert 'eldc' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.text(st.characters()))
def test_any_text_has_an_answer_of_letters(text: str) -> None:
    assert language(text).isalpha()


@pytest.mark.parametrize(
    "text", ["\ud800 hello there my friend", "hello\0 world this is", "\0", "a" * 1_000_000, "的" * 1_000_000]
)
def test_hostile_texts_have_an_answer(text: str) -> None:
    assert language(text).isalpha()


def test_the_language_of_a_tag_is_its_first_part() -> None:
    assert [primary(tag) for tag in ("en-US", "zh_Hans_CN", "DE", "", None)] == ["en", "zh", "de", None, None]
