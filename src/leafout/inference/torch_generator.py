"""A language model on torch: our GPT-2, Llama and Qwen, any other causal architecture by transformers; float32.

Legend: T tokens of a text, V vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from leafout.core.device import cores, device_of
from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.inference.costs import token_costs
from leafout.inference.decoding import Decoding, ForeignDecoding, LeanDecoding
from leafout.inference.load import Completion
from leafout.inference.release import Release
from leafout.inference.sampling import Sampling, choose, random_of
from leafout.inference.writing import Writing
from leafout.models.config import CAUSAL
from leafout.models.load import is_ours
from leafout.tasks.example import Int32
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.special import begins_texts, special_tokens

OnToken = Callable[[int, str], None]
ShouldStop = Callable[[], bool]


class TorchGenerator:
    """Continues texts with a Hugging Face release or a model folder."""

    def __init__(self, release: Release, *, threads: int | None = None, device: str = "auto") -> None:
        self._release = release
        self._device = device_of(device)
        self._tokenizer = load_tokenizer(release.path)
        specials = special_tokens(release.path)
        self._start_id, self._end_id = specials.start_id, specials.end_id
        self._end_ids = {specials.end_id, *_more_ends(release.path)}
        self._is_gpt = release.architecture == "GPT2LMHeadModel"
        self._starts = self._is_gpt or begins_texts(release.path)
        torch.set_num_threads(threads or cores())
        make = LeanDecoding if is_ours(release.path, *CAUSAL) else ForeignDecoding
        self._decoding: Decoding = make(release.path, self._device)
        self._num_words = self._tokenizer.get_vocab_size(with_added_tokens=True)
        self._try_out()

    @property
    def release(self) -> Release:
        """What it is."""
        return self._release

    def generate(  # noqa: PLR0913 - the sampling knobs every such interface has
        self,
        prompts: Sequence[str],
        *,
        max_new_tokens: int = 64,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        stop: Sequence[str] = (),
        on_token: OnToken | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[Completion]:
        """Continue each prompt.

        Rows decode side by side; each draws from its own chance, so a prompt's text does not depend on the others (but
        for draws closer to a bound than float32 rounds). A prompt that leaves no room for `max_new_tokens` in the
        model's context keeps its end: half of the context at least.

        Args:
            prompts: texts; each is continued on its own.
            max_new_tokens: at most so many tokens, and at most what the context has room for.
            temperature: 0 takes the likeliest token.
            top_k: keep the k likeliest tokens; 0 keeps all.
            top_p: keep the likeliest tokens that make up this probability.
            seed: equal seeds write equal texts.
            stop: texts before which a completion ends.
            on_token: called with (index of the prompt, the text that was added); whole characters only.
            should_stop: polled between tokens; True ends with `cancelled`.

        Raises:
            LeafoutError: when a knob is out of its range.
        """
        if max_new_tokens < 1:
            raise LeafoutError(f"`max_new_tokens` is {max_new_tokens}, below 1", hint="try 64")
        sampling = Sampling(temperature, top_k, top_p)
        context = self._release.max_tokens
        rows = []
        for index, prompt in enumerate(prompts):
            ids = self._ids(prompt)
            ids = ids[-max(context + 1 - max_new_tokens, (context + 1) // 2) :]
            room = min(max_new_tokens, context + 1 - len(ids))  # the last token is never read
            writing = Writing(self._tokenizer, ids.tolist(), stop)
            rows.append(_Row(index, ids, room, writing, random_of(seed)))
        places = max((len(row.ids) + row.room for row in rows), default=1)
        step = self._decoding.rows_at_once(places)
        with torch.inference_mode():
            for first in range(0, len(rows), step):
                self._write(rows[first : first + step], sampling, on_token, should_stop)
        return [row.completion() for row in rows]

    def token_logits(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ids [T] of a text behind the mark of its start, and the logits [T, V] after each of them.

        A text longer than the context keeps its beginning.
        """
        ids_T = self._ids(text)[: self._release.max_tokens]
        with torch.inference_mode():
            return ids_T.astype(np.int64), self._decoding.logits(ids_T)

    def losses(self, text: str) -> NDArray[np.float64]:
        """What every token of a text and the mark of its end cost, in nats; a long text is read in windows.

        A text that has no mark of its start pays for its first token as for one of all alike.
        """
        ids_T = np.append(self._ids(text), np.int32(self._end_id))
        with torch.inference_mode():
            costs = token_costs(ids_T, self._decoding.logits, context=self._release.max_tokens)
        starts = self._starts or len(ids_T) < 2 or int(ids_T[0]) in self._end_ids | {self._start_id}
        return costs if starts else np.append(np.log(self._num_words), costs)

    def _write(
        self, rows: "list[_Row]", sampling: Sampling, on_token: OnToken | None, should_stop: ShouldStop | None
    ) -> None:
        logits_BV, session = self._decoding.read([row.ids for row in rows], places=max(row.places for row in rows))
        while True:
            if should_stop is not None and should_stop():
                _end(rows, "cancelled", on_token)
                return
            tokens_B = choose(logits_BV[:, : self._num_words], sampling, [row.random for row in rows])
            for row, token in zip(rows, tokens_B.tolist(), strict=True):
                self._add(row, token, on_token)
            going = [place for place, row in enumerate(rows) if row.finish_reason is None]
            if not going:
                return
            if len(going) < len(rows):
                session.keep(going)
                rows, tokens_B = [rows[place] for place in going], tokens_B[going]
            logits_BV = session.step(tokens_B)

    def _add(self, row: "_Row", token: int, on_token: OnToken | None) -> None:
        if token in self._end_ids:
            _end([row], "stop", on_token)
            return
        _tell(row, row.writing.add(token), on_token)
        if row.writing.stopped:
            row.finish_reason = "stop"
        elif row.writing.num_tokens == row.room:
            _end([row], "length", on_token)

    def _ids(self, text: str) -> Int32:
        """A prompt's tokens. Ours begin where a text begins; others begin as their tokenizer makes them."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=not self._is_gpt).ids
        if self._starts and (self._is_gpt or ids[:1] != [self._start_id]):
            ids = [self._start_id, *ids]
        if not self._is_gpt and len(ids) > 1 and ids[-1] == self._end_id:
            ids = ids[:-1]  # a tokenizer that closes each text: this one goes on
        return np.array(ids or [self._start_id], np.int32)

    def _try_out(self) -> None:
        """Run the largest id at the last position: what does not fit fails here and not in service."""
        ids_T = np.full(self._release.max_tokens if self._is_gpt else 1, self._num_words - 1, np.int32)
        try:
            with torch.inference_mode():
                logits_BV, _ = self._decoding.read([ids_T], places=len(ids_T))
        except (IndexError, RuntimeError) as error:
            message = f"the model cannot take {len(ids_T)} tokens of a vocabulary of {self._num_words}: {error}"
            hint = "do tokenizer and weights belong together?"
            raise LeafoutError(message, where=str(self._release.path), hint=hint) from None
        if not np.isfinite(logits_BV).all():
            raise LeafoutError("the model answers with NaN or infinity", where=str(self._release.path))


@dataclass(slots=True)
class _Row:
    """A prompt on its way."""

    index: int
    ids: Int32
    room: int
    writing: Writing
    random: np.random.Generator
    finish_reason: Literal["stop", "length", "cancelled"] | None = None

    @property
    def places(self) -> int:
        return len(self.ids) + self.room

    def completion(self) -> Completion:
        assert self.finish_reason is not None
        return Completion(self.writing.text, self.writing.num_tokens, len(self.ids), self.finish_reason)


def _end(rows: Sequence[_Row], reason: Literal["stop", "length", "cancelled"], on_token: OnToken | None) -> None:
    for row in rows:
        _tell(row, row.writing.finish(), on_token)
        row.finish_reason = "stop" if row.writing.stopped else reason


def _tell(row: _Row, piece: str, on_token: OnToken | None) -> None:
    if piece and on_token is not None:
        on_token(row.index, piece)


def _more_ends(folder: Path) -> set[int]:
    """Ids that end a text beside the tokenizer's own: chat models name several."""
    found: set[int] = set()
    for name in ("config.json", "generation_config.json"):
        values: dict[str, Any] = read_object(folder / name) if (folder / name).is_file() else {}
        ends = values.get("eos_token_id")
        found |= {end for end in (ends if isinstance(ends, list) else [ends]) if isinstance(end, int)}
    return found
