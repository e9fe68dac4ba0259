import json

import pytest

from leafout.serving.limits import Limits
from leafout.serving.problems import Problem
from leafout.serving.wire import ClassifyAsk, CompletionAsk, check_completion, decode, stops_of, texts_of

LIMITS = Limits()


def completion(**values: object) -> CompletionAsk:
    return decode(json.dumps({"prompt": "从前", **values}).encode(), CompletionAsk)


def test_one_text_several_and_pairs_are_read() -> None:
    assert texts_of(decode('{"text": "你好"}'.encode(), ClassifyAsk), LIMITS) == (["你好"], None)
    several = b'{"texts": ["a", "b"], "texts_b": ["c", "d"], "model": "m", "top": 3}'
    assert texts_of(decode(several, ClassifyAsk), LIMITS) == (["a", "b"], ["c", "d"])


def test_the_place_of_a_wrong_value_is_named() -> None:
    with pytest.raises(Problem) as caught:
        decode(b'{"texts": ["a", "b", 7]}', ClassifyAsk)
    assert caught.value.message == "`texts[2]`: expected `str`, got `int`"
    assert caught.value.hint == 'for example: {"text": "..."}'


def test_a_misspelt_field_has_the_nearest_as_its_hint() -> None:
    with pytest.raises(Problem) as caught:
        decode(b'{"prompt": "a", "max_token": 5}', CompletionAsk)
    assert (caught.value.message, caught.value.hint) == ("unknown field `max_token`", "did you mean `max_tokens`?")


def test_a_field_that_resembles_none_lists_those_there_are() -> None:
    with pytest.raises(Problem) as caught:
        decode(b'{"zzzzzzzz": 1}', ClassifyAsk)
    assert "`texts`" in caught.value.hint


def test_what_openai_clients_send_by_default_passes() -> None:
    ask = completion(n=1, best_of=1, echo=False, logprobs=None, suffix=None, presence_penalty=0, frequency_penalty=0.0,
                     logit_bias={}, user="u", stop=None, model="gpt", stream=False)  # fmt: skip
    assert check_completion(ask, LIMITS, context_tokens=64) == ["从前"]
    assert stops_of(ask) == ()


def test_one_stop_or_several() -> None:
    assert stops_of(completion(stop="。")) == ("。",)
    assert stops_of(completion(stop=["\n", "end"])) == ("\n", "end")


def test_the_smaller_of_limit_and_context_bounds_the_tokens() -> None:
    assert check_completion(completion(max_tokens=64), LIMITS, context_tokens=64)
    with pytest.raises(Problem, match="not from 1 to 64"):
        check_completion(completion(max_tokens=65), LIMITS, context_tokens=64)
    with pytest.raises(Problem, match="not from 1 to 8"):
        check_completion(completion(max_tokens=65), Limits(new_tokens=8), context_tokens=64)


def test_what_is_not_done_here_says_what_is() -> None:
    with pytest.raises(Problem) as caught:
        check_completion(completion(n=10**6), LIMITS, context_tokens=64)
    assert caught.value.message == "`n` is 1000000, and only 1 is supported"
    assert caught.value.type == "unsupported"


def test_a_long_value_is_shown_short() -> None:
    with pytest.raises(Problem) as caught:
        check_completion(completion(suffix="长" * 500), LIMITS, context_tokens=64)
    assert len(caught.value.message) < 120
