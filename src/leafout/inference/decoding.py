"""Causal models as something that reads prompts and goes on token by token: ours, and any that transformers has.

Legend: B rows, T tokens of a text, V vocabulary.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from leafout.inference.foreign import load_foreign
from leafout.models.decoder import Cache, CausalModel
from leafout.models.load import load_causal
from leafout.models.stream import Stream
from leafout.tasks.example import Example as Row
from leafout.tasks.example import Int32, collate

Float32 = NDArray[np.float32]
_CACHE_BYTES = 1 << 30


class Session(Protocol):
    """Some prompts being continued."""

    def step(self, ids_B: NDArray[np.int64]) -> Float32:
        """Append a token to each row; the logits [B, V] after it."""

    def keep(self, rows: Sequence[int]) -> None:
        """Forget all other rows."""


class Decoding(Protocol):
    """A model that can be continued."""

    def rows_at_once(self, places: int) -> int:
        """How many rows of so many tokens fit into one session."""

    def read(self, prompts: Sequence[Int32], *, places: int) -> tuple[Float32, Session]:
        """Start a session: the logits [B, V] after each prompt; rows may grow to `places` tokens."""

    def logits(self, ids_T: Int32) -> Float32:
        """The logits [T, V] after each token of a text."""


class LeanDecoding:
    """Our GPT-2, Llama and Qwen; rows of different lengths are read without padding and decoded side by side."""

    def __init__(self, folder: Path, device: str) -> None:
        self._model: CausalModel = load_causal(folder).to(device).eval()
        self._device = device

    def rows_at_once(self, places: int) -> int:
        """As many as keep the cache under 1 GiB, at most 64."""
        dims = self._model.dims
        return max(1, min(64, _CACHE_BYTES // (8 * dims.layers * (dims.kv_heads or dims.heads) * dims.head * places)))

    def read(self, prompts: Sequence[Int32], *, places: int) -> tuple[Float32, Session]:
        """Start a session."""
        logits_BV, cache = self._model.prefill(self._stream(prompts), places=places)
        return logits_BV.cpu().numpy(), _LeanSession(self._model, cache, self._device)

    def logits(self, ids_T: Int32) -> Float32:
        """The logits after each token."""
        found: Float32 = self._model.logits(self._model.hidden(self._stream([ids_T]))).cpu().numpy()
        return found

    def _stream(self, prompts: Sequence[Int32]) -> Stream:
        return Stream.of(collate([Row(ids, np.zeros(len(ids), np.int8)) for ids in prompts]), self._device)


class _LeanSession:
    def __init__(self, model: CausalModel, cache: Cache, device: str) -> None:
        self._model, self._cache, self._device = model, cache, device

    def step(self, ids_B: NDArray[np.int64]) -> Float32:
        logits: Float32 = self._model.step(torch.from_numpy(ids_B).to(self._device), self._cache).cpu().numpy()
        return logits

    def keep(self, rows: Sequence[int]) -> None:
        self._cache = self._cache.keep(torch.tensor(rows, device=self._device))


class ForeignDecoding:
    """Any causal architecture of transformers, one row at a time: what padding does to a row differs between them."""

    def __init__(self, folder: Path, device: str) -> None:
        from transformers import AutoModelForCausalLM

        model = load_foreign(folder, AutoModelForCausalLM, hint="is the folder whole?")
        self._model: Any = model.to(device).float().eval()
        self._device = device

    def rows_at_once(self, places: int) -> int:  # noqa: ARG002
        """One."""
        return 1

    def read(self, prompts: Sequence[Int32], *, places: int) -> tuple[Float32, Session]:  # noqa: ARG002
        """Start a session."""
        (ids_T,) = prompts
        session = _ForeignSession(self._model, self._device)
        return session.step(ids_T[None].astype(np.int64)), session

    def logits(self, ids_T: Int32) -> Float32:
        """The logits after each token."""
        ids_1T = torch.from_numpy(ids_T[None].astype(np.int64)).to(self._device)
        found: Float32 = self._model(input_ids=ids_1T).logits[0].cpu().numpy()
        return found


class _ForeignSession:
    def __init__(self, model: Any, device: str) -> None:
        self._model, self._device = model, device
        self._cache: Any = None

    def step(self, ids_B: NDArray[np.int64]) -> Float32:
        ids_1T = torch.from_numpy(ids_B.reshape(1, -1)).to(self._device)
        out = self._model(input_ids=ids_1T, past_key_values=self._cache, use_cache=True)
        self._cache = out.past_key_values
        logits: Float32 = out.logits[:, -1].cpu().numpy()
        return logits

    def keep(self, rows: Sequence[int]) -> None:
        assert list(rows) == [0]
