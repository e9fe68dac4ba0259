import pytest

from leafout.text.wikitext_templates import note_rules, template_text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("lang|fr|mot", "mot"),
        ("Lang|fr|3=x|2=mot", "x"),
        ("lang-el|Ἀριστοτέλης", "Ἀριστοτέλης"),
        ("langx|de|Wort", "Wort"),
        ("convert|100|km|mi|abbr=on", "100 km"),
        ("convert|5|to|10|ft|m", "5 to 10 ft"),
        ("frac|1|2", "1/2"),
        ("frac|3|1|2", "3 1/2"),
        ("circa|1900", "c. 1900"),
        ("As of|2010|3", "As of 3 2010"),
        ("as of|2010|lc=y", "as of 2010"),
        ("USS|Enterprise|CV-6", "USS Enterprise"),
        ("formatnum:1234", "1234"),
        ("ndash", "–"),
        ("chem|C|2|H|5|OH", "C2H5OH"),
        ("IPA|/a/", "/a/"),
        ("!", "|"),
        ("val|1.5|u=km", "1.5 km"),
        ("nowrap|1=a = b", "a = b"),
        ("tsl|en|Charles Babbage|巴贝奇", "巴贝奇"),
        ("link-en|巴贝奇|Charles Babbage|他", "他"),
        ("bd|1893年|12月26日|1976年|9月9日|catIdx=M", "1893年12月26日－1976年9月9日"),
        ("bd|1953年|6月15日||", "1953年6月15日－"),
        ("僻字|龘|三個龍", "龘"),
        ("reflist", ""),
        ("Infobox person|name=x", ""),
        ("#if:a|b|c", ""),
        ("x" * 1000, ""),
    ],
)
def test_a_template_shows_the_words_of_its_sentence(source: str, shown: str) -> None:
    name, *arguments = source.split("|") if source != "!" else ["!"]
    assert template_text(name, lambda: arguments) == shown


def test_arguments_of_a_dropped_template_are_never_made() -> None:
    def arguments() -> list[str]:
        raise AssertionError("made")

    assert template_text("cite book", arguments) == ""


def test_the_rules_of_a_note_are_its_numbered_arguments() -> None:
    given = [
        "G1=IT",
        "T=zh-cn:题",
        " 1 = zh-cn:网络;zh-tw:網路",
        "zh-cn:甲",
        "12=巨集=>zh-cn:宏",
        "d1=说明",
        "a=>zh-cn:b",
    ]
    assert note_rules(" NoteTA ", lambda: given) == [
        "zh-cn:网络;zh-tw:網路",
        "zh-cn:甲",
        "巨集=>zh-cn:宏",
        "a=>zh-cn:b",
    ]
    assert note_rules("infobox", lambda: given) == []
