import pytest

from leafout.text.pii_places import chinese_addresses, english_addresses


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我住在北京市海淀区中关村大街27号院3号楼2单元501室，谢谢", "北京市海淀区中关村大街27号院3号楼2单元501室"),
        ("收货地址：上海市浦东新区世纪大道100号环球金融中心12层", "上海市浦东新区世纪大道100号环球金融中心12层"),
        ("家住朝阳区建国路88号", "朝阳区建国路88号"),
        ("位于南京东路300号的店", "南京东路300号"),
        ("寄到江苏省苏州市阳光小区3栋201室", "江苏省苏州市阳光小区3栋201室"),
    ],
)
def test_chinese_addresses_reach_from_the_division_to_the_room(text: str, wanted: str) -> None:
    assert [text[start:end] for start, end, _ in chinese_addresses(text)] == [wanted]


@pytest.mark.parametrize(
    "text", ["地铁2号线", "5月1号", "第3组", "我知道1号", "高速公路3号出口", "一路1号", "跑步路5号"]
)
def test_numbered_things_are_no_addresses(text: str) -> None:
    assert list(chinese_addresses(text)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "I live at 1600 Pennsylvania Avenue NW, Washington, DC 20500 now",
            "1600 Pennsylvania Avenue NW, Washington, DC 20500",
        ),
        ("at 12 Baker Street, Apt 4B.", "12 Baker Street, Apt 4B"),
        ("to 350 5th Ave, New York, NY 10118-0110", "350 5th Ave, New York, NY 10118-0110"),
    ],
)
def test_english_addresses_reach_from_the_number_to_the_post_code(text: str, wanted: str) -> None:
    assert [text[start:end] for start, end, _ in english_addresses(text)] == [wanted]


@pytest.mark.parametrize(
    "text", ["the 12 apostles", "in 1999 Main events", "Wall Street rose 3 Points", "12 baker street"]
)
def test_other_numbers_before_words_are_none(text: str) -> None:
    assert list(english_addresses(text)) == []
