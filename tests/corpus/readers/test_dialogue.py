import json
from typing import Any

import pytest

from leafout.corpus.documents import Document
from leafout.corpus.readers.dialogue import dialogue_form, read_dialogue, transcript
from leafout.corpus.readers.record import Reject

USER, ANSWER = {"role": "user", "content": "你好"}, {"role": "assistant", "content": "Hello"}
SAID = [USER, ANSWER]


def read(row: dict[str, Any]) -> Document:
    (found,) = read_dialogue(row, dialogue_form(tuple(row)), line=3)
    assert isinstance(found, Document), found
    return found


def reason(row: dict[str, Any]) -> str:
    (found,) = read_dialogue(row, dialogue_form(tuple(row)), line=3)
    assert isinstance(found, Reject), found
    return found.reason


@pytest.mark.parametrize(
    "row",
    [
        {"messages": SAID},
        {"conversations": [{"from": "human", "value": "你好"}, {"from": "gpt", "value": "Hello"}]},
        {"conversations": SAID},
        {"conversation": [{"human": "你好", "assistant": "Hello"}]},
        {"instruction": "你好", "input": "", "output": "Hello"},
        {"prompt": "你好", "completion": "Hello"},
        {"prompt": [USER], "response": "Hello"},
        {"query": "你好", "response": "Hello", "history": []},
        {"query": "你好", "response": "Hello", "history": None},
        {"question": "你好", "answer": "Hello"},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "你好"}]}, ANSWER]},
    ],
)
def test_every_form_comes_to_the_same_messages_and_transcript(row: dict[str, Any]) -> None:
    document = read(row)
    assert document.extra == {"messages": SAID}
    assert document.text == "user: 你好\nassistant: Hello"
    assert document.line == 3


def test_system_history_and_input_stand_where_they_were_said() -> None:
    row = {"system": "S", "history": [["q", "a"]], "instruction": "译", "input": "leaf", "output": "叶"}
    assert transcript(read(row).extra["messages"]) == "system: S\nuser: q\nassistant: a\nuser: 译\nleaf\nassistant: 叶"


@pytest.mark.parametrize(
    ("row", "prompt"),
    [
        ({"prompt": "你好", "chosen": "Hello", "rejected": "No"}, [USER]),
        ({"prompt": [USER], "chosen": [ANSWER], "rejected": [{"role": "assistant", "content": "No"}]}, [USER]),
        ({"chosen": SAID, "rejected": [USER, {"role": "assistant", "content": "No"}]}, [USER]),
        ({"conversations": [{"from": "human", "value": "你好"}], "chosen": {"from": "gpt", "value": "Hello"},
          "rejected": {"from": "gpt", "value": "No"}}, [USER]),
        ({"prompt": "你好", "chosen": SAID, "rejected": [USER, {"role": "assistant", "content": "No"}]}, [USER]),
        ({"chosen": "\n\nHuman: 你好\n\nAssistant: Hello", "rejected": "\n\nHuman: 你好\n\nAssistant: No"}, [USER]),
        ({"instruction": "你好", "input": "", "chosen": "Hello", "rejected": "No"}, [USER]),
    ],
)  # fmt: skip
def test_preference_pairs_have_a_prompt_and_two_answers(row: dict[str, Any], prompt: list[dict[str, str]]) -> None:
    document = read(row)
    assert document.extra["messages"] == prompt
    assert document.extra["chosen"] == [ANSWER]
    assert document.extra["rejected"] == [{"role": "assistant", "content": "No"}]
    assert document.text == "user: 你好\nassistant: Hello"


def test_calls_of_tools_are_messages_too() -> None:
    calls = [{"function": {"name": "find", "arguments": "{}"}}]
    messages = [USER, {"role": "assistant", "content": None, "tool_calls": calls}, {"role": "tool", "content": "7"}]
    found = read({"messages": messages, "tools": "[]"})
    assert [one["role"] for one in found.extra["messages"]] == ["user", "tool_call", "tool"]
    assert json.loads(found.extra["messages"][1]["content"]) == calls
    assert found.extra["tools"] == "[]"
    shared = [
        {"from": "human", "value": "a"},
        {"from": "function_call", "value": "{}"},
        {"from": "observation", "value": "7"},
    ]
    assert [m["role"] for m in read({"conversations": shared}).extra["messages"]] == ["user", "tool_call", "tool"]


def test_what_else_a_message_or_row_says_is_kept() -> None:
    found = read({"messages": [{**USER, "weight": 0}, ANSWER], "label": True, "id": 7, "lang": "zh"})
    assert found.extra == {"messages": [{**USER, "weight": 0}, ANSWER], "id": 7}
    assert (found.label, found.language) == ("true", "zh")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"messages": []}, "no messages"),
        ({"messages": ["a"]}, "message is no object"),
        ({"messages": [{"role": "alien", "content": "a"}]}, "unknown role: `alien`"),
        ({"messages": [{"content": "a"}]}, "unknown role"),
        ({"messages": [{"role": "user", "content": " "}]}, "empty content: message 1 of `user`"),
        ({"messages": [{"role": "user", "content": 5}]}, "content is no text"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "content is no text"),
        ({"messages": [{"role": "user", "content": "a\0b"}]}, "NUL"),
        ({"instruction": "a", "output": ""}, "empty content"),
        ({"instruction": "a", "output": {"x": 1}}, "unknown role"),
        ({"query": "a", "response": "b", "history": "c"}, "history is no list"),
        ({"chosen": "a", "rejected": "b"}, "no prompt"),
        ({"instruction": "a", "instances": []}, "instances are no list"),
    ],
)
def test_what_is_no_dialogue_is_rejected_with_its_reason(row: dict[str, Any], said: str) -> None:
    assert said in reason(row)


def test_a_task_with_several_instances_gives_several_dialogues() -> None:
    row = {
        "instruction": "Translate.",
        "instances": [{"input": "叶", "output": "leaf"}, {"input": "花", "output": "flower"}],
    }
    assert [one.text for one in read_dialogue(row, "instances", line=1) if isinstance(one, Document)] == [
        "user: Translate.\n叶\nassistant: leaf",
        "user: Translate.\n花\nassistant: flower",
    ]


@pytest.mark.parametrize(
    "names",
    [("text", "label"), ("question", "answer", "label"), ("question", "sentence", "label"), ("prompt", "label")],
)
def test_tables_are_no_dialogues(names: tuple[str, ...]) -> None:
    assert dialogue_form(names) == ""


def test_crosswoz_says_usr_and_sys_where_sys_answers() -> None:
    found = read({"messages": [{"role": "usr", "content": "a"}, {"role": "sys", "content": "b"}]})
    assert [one["role"] for one in found.extra["messages"]] == ["user", "assistant"]
