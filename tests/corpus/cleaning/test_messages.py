import json
from typing import Any

from leafout.corpus.cleaning.messages import normalise_messages
from leafout.text.normalise import NormaliseRules, normalise

ODD = "你\u200b好 ，  cafÃ©\r\n\r\n\r\n\r\nplease"


def _said(*contents: str, role: str = "user") -> list[dict[str, Any]]:
    return [{"role": role, "content": content, "weight": 1} for content in contents]


def _written(*rows: object) -> list[str | None]:
    return [None if row is None else json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]


def test_the_messages_of_a_dialogue_take_the_form_that_texts_have() -> None:
    extras = _written({"messages": _said(ODD, "fine"), "note": ODD}, {"messages": _said("fine")}, None, {"title": ODD})
    changed, edits = normalise_messages(extras, NormaliseRules())
    assert list(changed) == [0]
    assert json.loads(changed[0]) == {"messages": _said(normalise(ODD), "fine"), "note": ODD}
    assert normalise(ODD) == "你好 ， café\n\nplease"
    assert edits == {"messages_mojibake": 1, "messages_invisible": 1, "messages_white_space": 1}


def test_both_answers_of_a_preference_are_put_in_order_and_each_is_counted() -> None:
    row = {"messages": _said("a  b"), "chosen": _said("c  d"), "rejected": _said("e f", "g  h")}
    changed, edits = normalise_messages(_written(row), NormaliseRules())
    wanted = {"messages": _said("a b"), "chosen": _said("c d"), "rejected": _said("e f", "g h")}
    assert json.loads(changed[0]) == wanted
    assert edits == {"messages_white_space": 3}


def test_calls_of_tools_stay_what_their_reader_needs() -> None:
    call = json.dumps({"say": "&quot;  &quot;"})
    row = {"messages": [*_said("a &lt; b"), *_said(call, role="tool_call")]}
    changed, _ = normalise_messages(_written(row), NormaliseRules(html_entities=True))
    assert [message["content"] for message in json.loads(changed[0])["messages"]] == ["a < b", call]


def test_a_column_that_is_only_called_messages_stays() -> None:
    extras = _written({"messages": ["a  b", 3, {"content": ["c  d"]}]}, [{"messages": [{"content": "a  b"}]}])
    assert normalise_messages(extras, NormaliseRules()) == ({}, {})
