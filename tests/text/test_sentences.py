import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.sentences import sentences


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("今天很好。我们走吧！去哪里？", ["今天很好。", "我们走吧！", "去哪里？"]),
        ("他说：“走吧。”然后走了。", ["他说：“走吧。”", "然后走了。"]),
        ("真的？！太好了……是吗", ["真的？！", "太好了……", "是吗"]),
        ("Dr. Smith went home. He slept.", ["Dr. Smith went home.", "He slept."]),
        ('"Go!" She went. 3.14 is pi.', ['"Go!"', "She went.", "3.14 is pi."]),
        ("one\n\ntwo", ["one", "two"]),
        ("1. 苹果。\n12. Pears. 3. 梨", ["1. 苹果。", "12. Pears.", "3. 梨"]),
        ("价格3.5元。等等……他走了。嗯…好", ["价格3.5元。", "等等……", "他走了。", "嗯…", "好"]),
        ("混合 text here. 然后中文。End.", ["混合 text here.", "然后中文。", "End."]),
        ("", []),
    ],
)
def test_sentences_of_both_languages(text: str, wanted: list[str]) -> None:
    assert sentences(text) == wanted


@given(st.text())
def test_nothing_but_white_space_is_lost(text: str) -> None:
    parts = sentences(text)
    assert all(part.strip() == part and part for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
