import pytest

from leafout.text.pii_people import births, names, passports, plates


def values(form: object, text: str) -> list[str]:
    assert callable(form)
    return [text[start:end] for start, end, _ in form(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("姓名：欧阳娜娜，女", ["欧阳娜娜"]),
        ("联系人：张伟电话123", ["张伟"]),
        ("王老师说，张先生您好", ["王", "张"]),
        ("Mr. John Smith met Dr Li.", ["John Smith", "Li"]),
        ("My name is Anna Lee. Dear Sir,", ["Anna Lee"]),
    ],
)
def test_names_stand_beside_a_title_or_a_label(text: str, wanted: list[str]) -> None:
    assert values(names, text) == wanted


@pytest.mark.parametrize(
    "text", ["向老师问好", "联系人：客服中心", "the doctor said", "Dear Customer,", "这位先生", "姓名："]
)
def test_titles_and_labels_alone_name_nobody(text: str) -> None:
    assert values(names, text) == []


def test_passports_plates_and_births_need_their_surroundings() -> None:
    assert values(passports, "护照号码：E12345678; code E12345678") == ["E12345678"]
    assert values(plates, "车牌京A·12345和粤BD12345, 京A12") == ["京A·12345", "粤BD12345"]
    assert values(births, "born on 12 March 1950; on 13 March 1950; 出生日期：1990年5月6日") == [
        "12 March 1950",
        "1990年5月6日",
    ]
    assert values(births, "1990年5月生，男") == ["1990年5月"]
