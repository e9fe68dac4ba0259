import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.readers import strict_json as module
from leafout.corpus.readers.strict_json import strict_json


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "-Infinity", "1e999", '{"a": 1, "a": 2}', '{"a":1,"a" :2}', '{"a":1,"\\u0061":2}', '"\\ud800"',
        '{"x": {"a": 1, "b": [{"c": 1, "c": 2}]}}', '{"a:": "\\":", "b":1, "b"\t:2}', "[" * 101 + "]" * 101,
        "[1,]", "01",
        '{"x": ' + "[" * 101 + "]" * 101 + "}", '{"x":' * 102 + "1" + "}" * 102, '"\t"', "", "\ufeff{}", "1" * 5000,
    ],
)  # fmt: skip
def test_what_json_is_not_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the readers show its words, whatever they are
        strict_json(text)
    with pytest.raises(ValueError):  # noqa: PT011  # as above
        strict_json(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b: c", "d" : "\\":"}',
        '{"叶": ["\\ud83c\\udf43", {"b": {}}]}',
        '{"a": {"a": {"a": 1}}}',
        '{"text": "{[:"}',
    ],
)
def test_what_json_is_comes_out_as_it_is(text: str) -> None:
    assert strict_json(text) == strict_json(text.encode()) == json.loads(text)


@given(st.text())
def test_any_line_is_a_value_or_a_value_error(text: str) -> None:
    try:
        strict_json(text)
    except ValueError:
        return


PIECES = st.sampled_from(
    ['"a"', '"b"', ":", ":", ",", "{", "}", "[", "]", " ", "\t", '"a":1', '"\\""', '"\\u0061"', '":', "1", "null",
     '"a" :', ',"a":{"b":2}', '"x: y"', "NaN", "1e999", '"\\ud800"', '"\\ud83c\\udf43"', "é", '"叶"'])  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_fast_way_and_the_slow_way_are_one(text: str) -> None:
    def tried(text: str, way: object) -> object:
        try:
            return way(text)  # type: ignore[operator]  # one of the two ways
        except ValueError:
            return "refused"

    assert tried(text, strict_json) == tried(text, module._slowly)
    wrapped = "{" + text + "}"
    assert tried(wrapped, strict_json) == tried(wrapped, module._slowly)
