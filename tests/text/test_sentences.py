import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.sentences import _ABBREVIATION, _END, _LOOK, sentences


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


@given(st.text("。！？…!?.”’)）\"'] \n\r\u3000aA1中文Mr(", max_size=24))
def test_ends_are_those_that_a_search_of_the_whole_text_finds(text: str) -> None:
    parts, start = [], 0
    for match in _END.finditer(text):
        piece = text[start : match.end()].strip()
        if piece.endswith(".") and "\n" not in match[0] and _ABBREVIATION.search(piece, max(0, len(piece) - _LOOK)):
            continue
        parts.append(piece)
        start = match.end()
    assert sentences(text) == [part for part in (*parts, text[start:].strip()) if part]
