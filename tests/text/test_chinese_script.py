import builtins
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.text import chinese_script
from leafout.text.chinese_script import convert_script, script_of

SIMPLIFIED = "这个软件对乾隆时期的干燥技术发展没有影响。"
TRADITIONAL = "這個軟件對乾隆時期的乾燥技術發展沒有影響。"


def test_the_script_of_a_text_is_told_by_its_commonest_characters() -> None:
    assert script_of(SIMPLIFIED) == "simplified"
    assert script_of(TRADITIONAL) == "traditional"
    assert script_of("山水人口 and English") is None
    assert script_of("") is None


def test_the_tables_of_characters_are_pairs() -> None:
    assert convert_script(chinese_script._TRADITIONAL, "simplified") == chinese_script._SIMPLIFIED
    assert len(chinese_script._SIMPLIFIED) == len(set(chinese_script._SIMPLIFIED))


def test_conversion_goes_by_words() -> None:
    assert convert_script(TRADITIONAL, "simplified") == SIMPLIFIED
    assert convert_script(SIMPLIFIED, "traditional") == TRADITIONAL


@pytest.mark.parametrize(
    "text", ["Only English, 123.", "", "日本の学校では", "한국어와 漢字語 사용 문장입니다", "Ünïcödé 🙂"]
)
def test_what_is_not_chinese_is_never_touched(text: str) -> None:
    assert convert_script(text, "simplified") == text
    assert convert_script(text, "traditional") == text


def test_lines_are_judged_each_for_itself() -> None:
    text = "學校\r\n日本の學校では\n學校 in English\n"
    assert convert_script(text, "simplified") == "学校\r\n日本の學校では\n学校 in English\n"


def test_without_opencc_the_hint_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese_script._converter.cache_clear()
    real = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "opencc":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert convert_script("English", "simplified") == "English"
    with pytest.raises(LeafoutError, match="OpenCC") as caught:
        convert_script("學校", "simplified")
    assert caught.value.hint == "pip install 'leafout[data]'"
