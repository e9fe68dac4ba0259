"""What clients send, checked field by field: JSON in, typed values or a `Problem` that names the field."""

import difflib
import json
import math
import re
from typing import TypeVar

import msgspec

from leafout.serving.limits import Limits
from leafout.serving.problems import Problem

MAX_STOPS = 4
MAX_SEED = 2**63 - 1
_PLACE = re.compile(r"(?P<what>.*?) - at `(?:key in )?\$\.?(?P<field>.*)`\Z", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*?)`", re.DOTALL)


class ClassifyAsk(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `/v1/classify`: one text or several, each perhaps with a second one."""

    model: str | None = None
    text: str | None = None
    texts: list[str] | None = None
    text_b: str | None = None
    texts_b: list[str] | None = None
    top: int | None = None
    truncate: bool = True


class StreamOptions(msgspec.Struct, forbid_unknown_fields=True):
    """Options of a stream."""

    include_usage: bool = False


class CompletionAsk(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `/v1/completions`, as OpenAI's clients send it; what is not done here must stand at its default."""

    model: str | None = None
    prompt: str | list[str] = ""
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    best_of: int | None = None
    echo: bool | None = None
    logprobs: int | None = None
    suffix: str | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    user: str | None = None


_NEUTRAL: dict[str, tuple[object, ...]] = {
    "n": (None, 1),
    "best_of": (None, 1),
    "echo": (None, False),
    "logprobs": (None,),
    "suffix": (None, ""),
    "presence_penalty": (None, 0),
    "frequency_penalty": (None, 0),
    "logit_bias": (None, {}),
}
"""Fields that OpenAI's clients may send, and the values that ask for nothing."""

Ask = TypeVar("Ask", ClassifyAsk, CompletionAsk)
_DECODERS = {kind: msgspec.json.Decoder(kind) for kind in (ClassifyAsk, CompletionAsk)}


def decode(body: bytes, kind: type[Ask]) -> Ask:
    """The request in a body.

    Raises:
        Problem: 400, naming the field where there is one.
    """
    if not body:
        raise Problem(400, "the body is empty", f"send a JSON object such as {_EXAMPLES[kind]}")
    try:
        ask: Ask = _DECODERS[kind].decode(body)  # type: ignore[assignment]
    except msgspec.ValidationError as error:
        raise _field_problem(str(error), kind) from None
    except UnicodeDecodeError:
        raise Problem(400, "the body is not UTF-8", "encode the JSON as UTF-8") from None
    except (msgspec.DecodeError, RecursionError) as error:
        said = str(error) or "nested too deep"
        raise Problem(400, f"the body is not JSON: {said[:200].lower()}", f"for example: {_EXAMPLES[kind]}") from None
    return ask


_EXAMPLES: dict[type, str] = {
    ClassifyAsk: '{"text": "..."}',
    CompletionAsk: '{"prompt": "...", "max_tokens": 32}',
}


def texts_of(ask: ClassifyAsk, limits: Limits) -> tuple[list[str], list[str] | None]:
    """The texts of a request, and their second texts where it has any.

    Raises:
        Problem: when they are missing, doubled, empty, too many or too long.
    """
    texts = _one_or_many(ask.text, ask.texts, "text", "texts")
    if texts is None:
        raise Problem(400, "`text` is missing", f"send {_EXAMPLES[ClassifyAsk]} or " + '{"texts": ["...", "..."]}')
    pairs = _one_or_many(ask.text_b, ask.texts_b, "text_b", "texts_b")
    many = ask.texts is not None
    check_texts(texts, "texts" if many else "text", limits, many=many)
    if pairs is not None:
        many = ask.texts_b is not None
        check_texts(pairs, "texts_b" if many else "text_b", limits, many=many)
        if len(pairs) != len(texts):
            message = f"`texts` has {len(texts)} texts and `texts_b` has {len(pairs)}"
            raise Problem(400, message, "send a second text for each first one")
    if ask.top is not None and ask.top < 1:
        raise Problem(400, f"`top` is {ask.top}, less than 1", "say how many labels to show, or leave it out")
    return texts, pairs


def check_texts(texts: list[str], field: str, limits: Limits, *, many: bool) -> None:
    """Refuse no, too many, empty or too long texts.

    Raises:
        Problem: 400 or 422, naming the text.
    """
    if not texts:
        raise Problem(400, f"`{field}` is an empty list", "send at least one text")
    if len(texts) > limits.texts:
        message = f"`{field}` has {len(texts)} texts, the limit is {limits.texts}"
        raise Problem(400, message, "send several requests", "too_many")
    for place, text in enumerate(texts):
        name = f"{field}[{place}]" if many else field
        if not text or text.isspace():
            raise Problem(400, f"`{name}` is empty", "leave empty texts out")
        if len(text) > limits.chars:
            message = f"`{name}` has {len(text)} characters, the limit is {limits.chars}"
            raise Problem(422, message, "cut it or send its parts")


def check_completion(ask: CompletionAsk, limits: Limits, *, context_tokens: int) -> list[str]:
    """The prompts of a request whose other fields are in range.

    Args:
        ask: the request.
        limits: of the service.
        context_tokens: how many tokens the model sees.

    Raises:
        Problem: 400 or 422, naming the field.
    """
    for field, allowed in _NEUTRAL.items():
        if getattr(ask, field) not in allowed:
            message = f"`{field}` is {_shown(getattr(ask, field))}, and only {_shown(allowed[-1])} is supported"
            raise Problem(400, message, f"leave `{field}` out", "unsupported")
    prompts = [ask.prompt] if isinstance(ask.prompt, str) else ask.prompt
    check_texts(prompts, "prompt", limits, many=isinstance(ask.prompt, list))
    most = min(limits.new_tokens, context_tokens)
    _in_range("max_tokens", ask.max_tokens, 1, most)
    _in_range("temperature", ask.temperature, 0, 2)
    _in_range("top_k", ask.top_k, 0, 1_000_000)
    _in_range("seed", ask.seed, 0, MAX_SEED)
    if ask.top_p is not None and not 0 < ask.top_p <= 1:
        raise Problem(400, f"`top_p` is {ask.top_p}, not above 0 and up to 1", "leave it out to keep every token")
    stops = stops_of(ask)
    if len(stops) > MAX_STOPS or any(not 1 <= len(stop) <= 100 for stop in stops):
        hint = f"give at most {MAX_STOPS} stops of 1 to 100 characters"
        raise Problem(400, f"`stop` has {len(stops)} texts, or one that is empty or too long", hint)
    return prompts


def stops_of(ask: CompletionAsk) -> tuple[str, ...]:
    """The texts before which a completion ends."""
    if ask.stop is None:
        return ()
    return (ask.stop,) if isinstance(ask.stop, str) else tuple(ask.stop)


def _in_range(field: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not (low <= value <= high and math.isfinite(value)):
        raise Problem(400, f"`{field}` is {_shown(value)}, not from {low} to {high}", f"mend `{field}` or leave it out")


def _one_or_many(one: str | None, many: list[str] | None, name: str, names: str) -> list[str] | None:
    if one is not None and many is not None:
        raise Problem(400, f"both `{name}` and `{names}` are given", "give one of them")
    return many if one is None else [one]


def _field_problem(said: str, kind: type[Ask]) -> Problem:
    placed = _PLACE.match(said)
    what, field = (placed["what"], placed["field"]) if placed else (said, "")
    unknown = _UNKNOWN.match(what)
    if unknown:
        known = [name for name in kind.__struct_fields__ if name not in _NEUTRAL]
        near = difflib.get_close_matches(unknown["field"][:50], known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known fields: {', '.join(f'`{name}`' for name in known)}"
        return Problem(400, f"unknown field `{unknown['field'][:80]}`", hint)
    message = (what[:1].lower() + what[1:])[:200]
    hint = f"for example: {_EXAMPLES[kind]}"
    return Problem(400, f"`{field[:80]}`: {message}" if field else f"the body: {message}", hint)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)  # unlike msgspec it takes integers of any size
    return text if len(text) <= 40 else text[:37] + "..."
