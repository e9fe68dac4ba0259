"""What a model being trained has to say: guesses of masked words, spans it fills in, and texts it goes on with.

Legend: K masked tokens, V vocabulary.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from leafout.models.decoder import CausalModel
from leafout.models.heads import MaskedModel
from leafout.models.stream import Stream
from leafout.tasks.example import Example, collate

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from leafout.tokenization.special import SpecialTokens

SENTENCES = (
    "今天的天气非常好，我们一起去公园。",
    "这家酒店的服务很好，房间也很干净。",
    "The function returns a list of all the names in this module.",
    "This book was very good, and I would like to read it again.",
)
PROMPTS = ("今天", "这家酒店", "The ", "This function returns ")
_SPAN_TOKENS, _MOST_FILLED = 3, 8
Show = Callable[[Any], list[dict[str, Any]]]


def masked_guesses(
    tokenizer: "Tokenizer", specials: "SpecialTokens", *, device: str, sentences: Sequence[str] = SENTENCES
) -> Show:
    """Lines with a sentence, the token that was masked in its middle, and the three likeliest guesses."""
    rows = [np.asarray(tokenizer.encode(sentence).ids, np.int32) for sentence in sentences]
    kept = [(text, ids) for text, ids in zip(sentences, rows, strict=True) if set(ids.tolist()) - specials.all_ids]

    def show(model: MaskedModel) -> list[dict[str, Any]]:
        model.eval()
        lines: list[dict[str, Any]] = []
        for sentence, row in kept:
            ids = row[: model.dims.max_tokens].copy()
            place = _middle(ids, specials)
            was, ids[place] = int(ids[place]), specials.mask_id or 0
            stream = _stream_of(ids.tolist(), device)
            chances_V = model.guess(model.encode(stream)[place : place + 1]).float().softmax(-1)[0]
            best = chances_V.topk(3)
            guesses = [tokenizer.id_to_token(index) for index in best.indices.tolist()]
            lines.append(
                {
                    "text": sentence,
                    "before": _shown(tokenizer, ids[1:place].tolist()),
                    "after": _shown(tokenizer, ids[place + 1 :].tolist()),
                    "was": tokenizer.id_to_token(was),
                    "guesses": guesses,
                    "probabilities": [round(value, 4) for value in best.values.tolist()],
                }
            )
        return lines

    return show


def written_texts(
    tokenizer: "Tokenizer",
    specials: "SpecialTokens",
    *,
    device: str,
    seed: int,
    prompts: Sequence[str] = PROMPTS,
    new_tokens: int = 32,
    temperature: float = 0.8,
) -> Show:
    """Lines with a prompt and how the model goes on; equal weights and seeds write equal texts."""
    rows = [[specials.start_id, *tokenizer.encode(prompt, add_special_tokens=False).ids] for prompt in prompts]

    def show(model: CausalModel) -> list[dict[str, Any]]:
        model.eval()
        generator = torch.Generator().manual_seed(seed)
        lines = []
        for prompt, ids in zip(prompts, rows, strict=True):
            room = min(new_tokens, model.dims.max_tokens - len(ids))
            if room > 0:
                written = _written(model, ids, room, device, specials.end_id, temperature, generator)
                lines.append({"prompt": prompt, "text": tokenizer.decode(ids[1:] + written)})
        return lines

    return show


def _written(  # noqa: PLR0917 - the settings of one draw
    model: CausalModel,
    ids: list[int],
    room: int,
    device: str,
    end_id: int,
    temperature: float,
    generator: torch.Generator,
) -> list[int]:
    stream = _stream_of(ids, device)
    logits_1V, cache = model.prefill(stream, places=len(ids) + room)
    written: list[int] = []
    while True:
        chances_1V = (logits_1V.float().cpu() / temperature).softmax(-1)
        drawn = torch.multinomial(chances_1V, 1, generator=generator)[0]
        if int(drawn) == end_id:
            return written
        written.append(int(drawn))
        if len(written) == room:
            return written
        logits_1V = model.step(drawn.to(device), cache)


def filled_spans(
    tokenizer: "Tokenizer",
    specials: "SpecialTokens",
    *,
    sentinel_id: int,
    device: str,
    sentences: Sequence[str] = SENTENCES,
) -> Show:
    """Lines with a sentence whose middle was taken out, and what the model fills in: the likeliest token each time."""
    rows = [tokenizer.encode(sentence, add_special_tokens=False).ids for sentence in sentences]
    kept = [(text, ids) for text, ids in zip(sentences, rows, strict=True) if len(ids) > _SPAN_TOKENS]

    def show(model: Any) -> list[dict[str, Any]]:
        model.eval()
        lines: list[dict[str, Any]] = []
        for sentence, whole in kept:
            ids = whole[: model.dims.max_tokens - 1]
            first = (len(ids) - _SPAN_TOKENS) // 2
            before, was, after = ids[:first], ids[first : first + _SPAN_TOKENS], ids[first + _SPAN_TOKENS :]
            inputs = _stream_of([*before, sentinel_id, *after, specials.end_id], device)
            filling = _filling(model, inputs, sentinel_id, device, specials.all_ids)
            shown = {"before": before, "after": after, "was": was, "filling": filling}
            lines.append({"text": sentence} | {name: _shown(tokenizer, part) for name, part in shown.items()})
        return lines

    return show


def _filling(model: Any, inputs: Stream, sentinel_id: int, device: str, ends: frozenset[int]) -> list[int]:
    """The likeliest tokens behind the mark, until another special one."""
    written: list[int] = []
    while len(written) < _MOST_FILLED:
        asked = _stream_of([sentinel_id, *written, sentinel_id], device)  # the last token is not looked at
        token = int(model.answers(inputs, asked)[-1].argmax())
        if token in ends:
            break
        written.append(token)
    return written


def _stream_of(ids: Sequence[int], device: str) -> Stream:
    row = np.asarray(ids, np.int32)
    return Stream.of(collate([Example(row, np.zeros(len(row), np.int8))]), device)


def sentence_of(line: Mapping[str, Any]) -> str:
    """A line of samples, in a few words."""
    if "guesses" in line:
        chances = zip(line["guesses"], line["probabilities"], strict=True)
        guesses = ", ".join(f"{guess} {chance:.0%}" for guess, chance in chances)
        return f"{line['before']} ___ {line['after']}  ({guesses}; it was {line['was']})"
    if "filling" in line:
        return f"{line['before']} ___ {line['after']}  ({line['filling']}; it was {line['was']})"
    return f"{line['prompt']} >>> {line['text']}"


def _middle(ids: NDArray[np.int32], specials: "SpecialTokens") -> int:
    """The place of the ordinary token nearest to the middle."""
    places = [place for place, token in enumerate(ids.tolist()) if token not in specials.all_ids]
    return min(places, key=lambda place: abs(place - len(ids) // 2))


def _shown(tokenizer: "Tokenizer", ids: list[int]) -> str:
    text: str = tokenizer.decode(ids, skip_special_tokens=True)
    return text
