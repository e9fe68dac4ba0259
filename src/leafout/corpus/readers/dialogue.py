"""Dialogues in the forms people keep them in: OpenAI messages, ShareGPT, Alpaca, prompt and completion, preferences.

A dialogue is a document: `text` is its readable transcript, `extra["messages"]` the same as a list of
{"role", "content"}, whatever else a message carried kept beside. A preference pair has `extra["chosen"]` and
`extra["rejected"]`, lists of messages that answer `extra["messages"]`; its transcript ends with the chosen one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from leafout.corpus.documents import Document
from leafout.corpus.readers.record import KNOWN_NAMES, Reject, word_of

ROLES = ("system", "user", "assistant", "tool_call", "tool")
Message = dict[str, Any]

_ALIASES = {
    **{role: role for role in ROLES},
    "developer": "system", "human": "user", "usr": "user", "prompter": "user", "question": "user", "q": "user",
    "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant", "model": "assistant", "ai": "assistant",
    "answer": "assistant", "a": "assistant", "function_call": "tool_call", "function": "tool", "observation": "tool",
    "function_response": "tool", "ipython": "tool", "系统": "system", "用户": "user", "助手": "assistant",
}  # fmt: skip
_SHOWN = 30
_TURNS = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")
_PROMPTS = ("prompt", "query", "question", "instruction")
_ANSWERS = ("completion", "response", "output", "answer")
_BESIDE = ("system", "history")
_FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("preference", ("chosen", "rejected")),
    ("messages", ("messages",)),
    ("messages", ("conversations",)),
    ("messages", ("conversation",)),
    ("instances", ("instruction", "instances")),
    ("turn", ("instruction", "output")),
    ("turn", ("instruction", "response")),
    ("turn", ("prompt", "completion")),
    ("turn", ("prompt", "response")),
    ("turn", ("query", "response")),
    ("turn", ("question", "answer")),
)
_TABLES = frozenset(("text", "label", *KNOWN_NAMES["text_b"], "passage", "context", "sentence"))


class BadDialogue(ValueError):
    """Says why a row is no dialogue."""


def dialogue_form(names: Sequence[str]) -> str:
    """The form in which columns hold a dialogue, or nothing: `preference`, `messages`, `instances` or `turn`."""
    known = set(names)
    found = next((form for form, needed in _FORMS if known.issuperset(needed)), "")
    is_table = found == "turn" and {"question", "answer"} <= known and known & _TABLES
    return "" if is_table else found


def read_dialogue(row: Mapping[str, Any], form: str, *, line: int) -> list[Document | Reject]:
    """The dialogues of a row: one, or one for each instance of a Self-Instruct task.

    Args:
        row: a row with the columns of the form.
        form: by `dialogue_form`.
        line: of the row.
    """
    try:
        if form == "preference":
            return [_preference(row, line)]
        if form == "messages":
            return [_conversation(row, line)]
        if form == "instances":
            return _instances(row, line)
        return [_turn(row, line)]
    except BadDialogue as fault:
        return [Reject(line, str(fault), str(row)[:400])]


def transcript(messages: Sequence[Message]) -> str:
    """Messages to be read by people: `role: content`, one below the other."""
    return "\n".join(f"{message['role']}: {message['content']}" for message in messages)


def messages_of(value: object) -> list[Message]:
    """A list of messages in the one form.

    Raises:
        BadDialogue: for an empty list, an unknown role or empty content.
    """
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list):
        raise BadDialogue(f"messages are no list: {type(value).__name__}")
    if all(_is_plain(one) for one in value) and value:
        return value
    sides = {str(one.get("role", one.get("from"))) for one in value if isinstance(one, Mapping)}
    found = [message for place, one in enumerate(value, 1) for message in _message(one, place, sides)]
    if not found:
        raise BadDialogue("no messages")
    return found


def _is_plain(value: object) -> bool:
    """Whether a message is in the one form already."""
    if type(value) is not dict or len(value) != 2:
        return False
    content = value.get("content")
    if value.get("role") not in ROLES or not isinstance(content, str):
        return False
    return bool(content) and not content.isspace() and "\0" not in content


def _message(value: object, place: int, sides: set[str]) -> list[Message]:
    if not isinstance(value, Mapping):
        raise BadDialogue(f"message is no object: number {place} is {type(value).__name__}")
    said = value.get("role", value.get("from"))
    role = _ALIASES.get(said.strip().lower()) if isinstance(said, str) else None
    if said == "sys":
        role = "assistant" if "usr" in sides else "system"
    if role is None:
        raise BadDialogue(f"unknown role: `{str(said)[:_SHOWN]}` of message {place}")
    rest = {name: one for name, one in value.items() if name not in _OWN and one is not None and one != ""}
    calls = value.get("tool_calls", value.get("function_call")) if role == "assistant" else None
    content = _content(value.get("content", value.get("value", value.get("text"))), place)
    if calls:
        shown = json.dumps(calls, ensure_ascii=False)
        said_first = [{"role": role, "content": content, **rest}] if content.strip() else []
        return [*said_first, {"role": "tool_call", "content": shown}]
    if not content.strip():
        raise BadDialogue(f"empty content: message {place} of `{role}`")
    return [{"role": role, "content": content, **rest}]


_OWN = frozenset({"role", "from", "content", "value", "tool_calls", "function_call"})


def _content(value: object, place: int) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        parts = [part.get("text") if isinstance(part, Mapping) else part for part in value]
        if not all(isinstance(part, str) for part in parts):
            raise BadDialogue(f"content is no text: a part of message {place}")
        value = "\n".join(str(part) for part in parts)
    if not isinstance(value, str):
        raise BadDialogue(f"content is no text: message {place} holds {type(value).__name__}")
    if "\0" in value:
        raise BadDialogue("NUL character")
    return value


def _conversation(row: Mapping[str, Any], line: int) -> Document:
    name = next(name for name in ("messages", "conversations", "conversation") if name in row)
    value = row[name]
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "human" in one for one in value):
        value = [message for one in value for message in _of_sides(one)]
    messages = [*_opening(row), *messages_of(value)]
    return _document(row, messages, line, used={name, *_BESIDE})


def _of_sides(turn: Mapping[str, Any]) -> list[Message]:
    """The second form of ShareGPT: {"human": ..., "assistant": ...} is a turn."""
    answer = next((turn[name] for name in ("assistant", "gpt", "bot") if name in turn), None)
    return [{"role": "user", "content": turn["human"]}, {"role": "assistant", "content": answer}]


def _turn(row: Mapping[str, Any], line: int) -> Document:
    asked = next(name for name in _PROMPTS if name in row)
    answered = next(name for name in _ANSWERS if name in row)
    messages = [*_opening(row), *_asked(row, asked), *_said("assistant", row[answered])]
    return _document(row, messages, line, used={asked, answered, *_inputs(row, asked), *_BESIDE})


def _inputs(row: Mapping[str, Any], asked: str) -> tuple[str, ...]:
    return tuple(name for name in ("input", "context") if name in row) if asked == "instruction" else ()


def _asked(row: Mapping[str, Any], name: str) -> list[Message]:
    """The prompt, with its input below where it is an instruction."""
    value = row[name]
    inputs = [row[part] for part in _inputs(row, name) if row[part] not in (None, "")]
    if isinstance(value, str) and inputs:
        value = "\n".join([*([value] if value.strip() else []), *(_content(one, 1) for one in inputs)])
    return _said("user", value)


def _said(role: str, value: object) -> list[Message]:
    """What one side says: a string, a message or messages."""
    if isinstance(value, str) and value and not value.isspace() and "\0" not in value:
        return [{"role": role, "content": value}]
    if isinstance(value, str) or value is None:
        return messages_of([{"role": role, "content": value}])
    return messages_of(value)


def _opening(row: Mapping[str, Any]) -> list[Message]:
    """The system prompt and the turns before, where there are any."""
    system, history = row.get("system"), row.get("history")
    found = _said("system", system) if system not in (None, "") else []
    if not history:
        return found
    if not isinstance(history, list):
        raise BadDialogue(f"history is no list: {type(history).__name__}")
    for turn in history:
        if isinstance(turn, list) and len(turn) == 2:
            found += [*_said("user", turn[0]), *_said("assistant", turn[1])]
        else:
            found += messages_of(turn)
    return found


def _instances(row: Mapping[str, Any], line: int) -> list[Document | Reject]:
    instances = row["instances"]
    if not isinstance(instances, list) or not all(isinstance(one, Mapping) for one in instances) or not instances:
        raise BadDialogue("instances are no list of objects")
    rest = {name: value for name, value in row.items() if name != "instances"}
    return [one for instance in instances for one in read_dialogue({**rest, **instance}, "turn", line=line)]


def _preference(row: Mapping[str, Any], line: int) -> Document:
    names = ("messages", "conversations", "conversation", *_PROMPTS)
    asked = next((name for name in names if row.get(name) not in (None, "", [])), None)
    chosen, rejected = _answer(row["chosen"]), _answer(row["rejected"])
    if asked is None:
        same = 0
        while same < min(len(chosen), len(rejected)) - 1 and chosen[same] == rejected[same]:
            same += 1
        prompt = chosen[:same]
        if not prompt:
            raise BadDialogue("no prompt")
    else:
        prompt = [*_opening(row), *_asked(row, asked)]
        same = len(prompt)
    if chosen[:same] == prompt and len(chosen) > same:
        chosen = chosen[same:]
    if rejected[:same] == prompt and len(rejected) > same:
        rejected = rejected[same:]
    used = {"chosen", "rejected", asked or "", *_inputs(row, asked or ""), *_BESIDE}
    document = _document(row, [*prompt, *chosen], line, used=used)
    document.extra.update(messages=prompt, chosen=chosen, rejected=rejected)
    return document


def _answer(value: object) -> list[Message]:
    turns = _TURNS.split(value) if isinstance(value, str) else []
    if len(turns) > 2 and not turns[0].strip():
        sides = zip(turns[1::2], turns[2::2], strict=True)
        return messages_of([{"role": side.lower(), "content": said} for side, said in sides])
    return _said("assistant", value)


def _document(row: Mapping[str, Any], messages: list[Message], line: int, *, used: set[str]) -> Document:
    """The document of a dialogue; columns that play a part of a row play it here too."""
    rest = [name for name in row if name not in used]
    if not rest:
        return Document(text=transcript(messages), line=line, extra={"messages": messages})
    parts: dict[str, Any] = {}
    for part in ("label", "group", "language", "url", "time", "licence"):
        name = next((name for name in KNOWN_NAMES[part] if name in rest), None)
        if name is not None and not isinstance(row[name], list | Mapping):
            parts[part] = word_of(row[name])
            used.add(name)
    extra = {name: one for name, one in row.items() if name not in used and one is not None and one != ""}
    extra.pop("text", None)
    return Document(text=transcript(messages), line=line, extra={**extra, "messages": messages}, **parts)
