import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leafout.text.mojibake import gbk_starts, may_be_gbk, repaired

GOOD = ["你好，世界！", "今天天气很好", "it’s “fine” – yes", "Привет мир", "Grüße aus Köln", "Καλημέρα", "été à la mer"]


@pytest.mark.parametrize("good", GOOD)
def test_utf8_read_as_latin1_is_put_right(good: str) -> None:
    assert repaired(good.encode().decode("latin-1")) == (good, True, False)


@pytest.mark.parametrize("good", ["café", "Привет", "d’été"])
def test_utf8_read_wrongly_twice_is_put_right(good: str) -> None:
    assert repaired(good.encode().decode("latin-1").encode().decode("latin-1"))[0] == good


@pytest.mark.parametrize("good", ["你好世界", "今天天气很好我们去公园吧。！", "测试数据"])
def test_utf8_read_as_gbk_is_put_right(good: str) -> None:
    try:
        bad = good.encode().decode("gb18030")
    except UnicodeDecodeError:
        pytest.skip("an odd number of bytes")
    assert repaired(bad) == (good, True, False)


@pytest.mark.parametrize(
    "text",
    [
        *GOOD,
        "CAFÉ… Ü“ NÃO IRMÃ” é’ «à»",
        "浣熊在河边",
        "联通 开通",
        "涓涓细流",
        "½ × ° ± ÷",
        "ÄÖÜ Ñandú Þórr",
        "ÐÐ",
        "à «non»",
    ],
)
def test_real_accents_and_rare_characters_stay(text: str) -> None:
    assert repaired(text) == (text, False, False)


def test_bytes_of_windows_1252_are_quotes_and_dashes() -> None:
    assert repaired("It\x92s \x93fine\x94 \x96 yes\x85") == ("It’s “fine” – yes…", True, False)
    assert repaired("a\n\x85b") == ("a\n\x85b", False, False)


def test_marks_of_lost_bytes_are_said_to_be_lost() -> None:
    assert repaired("前锟斤拷锟斤后") == ("前\ufffd后", False, True)
    assert repaired("锟是一个字") == ("锟是一个字", False, False)


def test_beginnings_as_gbk_are_rare_in_real_chinese() -> None:
    assert may_be_gbk("你好".encode().decode("gb18030"))
    assert not any(map(may_be_gbk, GOOD))
    assert len(gbk_starts()) > 300


@example("浣犲\x92")
@given(st.text(alphabet="浣犲ソ涓栫晫锟斤拷Ãâ€™©Ð¸ a\x92中"))
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    once = repaired(text)[0]
    assert repaired(once) == (once, False, False)
