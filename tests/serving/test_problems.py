import json

from leafout.serving.problems import TYPES, Problem, overloaded


def test_a_problem_is_one_json_object() -> None:
    body = json.loads(Problem(413, "the body has 2 bytes, the limit is 1", "send less 少一点").body())
    assert body == {
        "error": {"message": "the body has 2 bytes, the limit is 1", "type": "too_large", "hint": "send less 少一点"}
    }


def test_a_narrower_type_stands_before_that_of_the_status() -> None:
    assert json.loads(Problem(400, "a", "b", "unsupported").body())["error"]["type"] == "unsupported"


def test_an_overload_says_when_to_come_again() -> None:
    problem = overloaded("the queue is full", retry_seconds=3)
    assert (problem.status, problem.headers["retry-after"]) == (503, "3")
    assert set(TYPES) >= {400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 503}
