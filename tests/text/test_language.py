import pytest

from leafout.text.language import language


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("这本书写得很好", "zh"),
        ("这台 ThinkPad X1 的键盘 very good", "zh"),
        ("Return the list of files in a directory.", "en"),
        ("good", "en"),
        ("これは本です、とても面白い", "other"),
        ("Это книга", "other"),
        (
            "Ceci n'est pas une pipe mais une très grande forêt où les élèves étudient à côté de l'école",
            "other",
        ),
        ("한국어 문장입니다", "other"),
        ("12345 !!!", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_told_by_its_scripts(text: str, wanted: str) -> None:
    assert language(text) == wanted
