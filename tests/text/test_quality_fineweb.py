import pytest

from leafout.text.quality import QualityRules, fault
from leafout.text.quality_fineweb import duplicate_chars, ends_like_a_sentence, short_lines
from leafout.text.quality_parts import Parts

LONG_EN = "a line that is long enough to be prose, number {}."
LONG_ZH = "这一行写得足够长，像是一句正文，编号是{}。"


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("好。”", True),
        ('so."', True),
        ("why?", True),
        ("and then...", True),
        ("等等……", False),
        ("”", False),
        ("no", False),
    ],
)
def test_a_line_ends_like_a_sentence(line: str, ends: bool) -> None:
    assert ends_like_a_sentence(line) is ends


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("\n".join(LONG_EN.format(n) for n in range(5)), "en", None),
        ("\n".join(LONG_ZH.format(n) for n in range(5)), "zh", None),
        ("\n".join(f"item number {n} without any end to it" for n in range(5)), "en", "fineweb_min_line_ends"),
        ("\n".join(f"{n}." for n in range(9)), "en", "fineweb_max_short_lines"),
        ("\n".join(f"第{n}条。" for n in range(9)), "zh", "fineweb_max_short_lines"),
        (f"{LONG_EN}\n" * 2, "en", "fineweb_max_duplicate_chars"),
        ("\n" * 12 + LONG_ZH.format(1), "zh", "fineweb_max_newlines"),
    ],
)
def test_each_rule_has_its_name(text: str, language: str, reason: str | None) -> None:
    assert fault(text, language, QualityRules.read({"preset": "none", "fineweb": {}})) == reason


def test_short_lines_and_repeated_characters() -> None:
    parts = Parts("甲乙丙\n甲乙丙\n一二三四五六", short_line_chars=3)
    assert short_lines(parts) == 2 / 3
    assert duplicate_chars(parts) == 3 / 12
