"""Language models of any architecture that transformers knows, under the same loop: padded on their way in.

Each stands in for a model of ours in the objectives of `tasks.losses`. What ours give as hidden states are logits here:
the head of another architecture is known to its own module alone.

Legend: B rows, S tokens of the longest row, T tokens of all rows, K some of them, V vocabulary, D width.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.inference.foreign import load_foreign
from leafout.models.grow import grown_rows
from leafout.models.stream import Stream
from leafout.training.foreign import max_positions, padded


@dataclass(frozen=True, slots=True)
class Shape:
    """What a training has to know of a model's shape."""

    vocab_size: int
    width: int
    max_tokens: int


class ForeignText(nn.Module):
    """A transformers model with its language head.

    Args:
        model: takes padded ids, gives logits.
        pad_id: fills up shorter rows; the attention mask hides it.
        max_tokens: of a row.
    """

    def __init__(self, model: nn.Module, *, pad_id: int, max_tokens: int) -> None:
        super().__init__()
        self.model, self.pad_id, self.max_tokens = model, pad_id, max_tokens
        takes = inspect.signature(model.forward).parameters
        self._takes_segments = "token_type_ids" in takes and getattr(model.config, "type_vocab_size", 0) > 1
        self._always = {"use_cache": False} if "use_cache" in takes else {}

    @property
    def dims(self) -> Shape:
        """Its shape now; the vocabulary may grow."""
        config: Any = self.model.config
        return Shape(int(config.vocab_size), int(config.hidden_size), self.max_tokens)

    def save(self, folder: Path) -> None:
        """Write config and weights as transformers does."""
        self.model.save_pretrained(folder)  # type: ignore[operator]  # transformers' method

    def _logits(self, stream: Stream, **more: Tensor) -> Tensor:
        inputs = {"input_ids": padded(stream.ids_T, stream, self.pad_id), **more}
        inputs["attention_mask"] = padded(torch.ones_like(stream.ids_T), stream, 0)
        if self._takes_segments:
            inputs["token_type_ids"] = padded(stream.segments_T, stream, 0)
        logits_BSV: Tensor = self.model(**inputs, **self._always).logits
        return logits_BSV


class ForeignMasked(ForeignText):
    """Guesses masked tokens: for `MaskedObjective`, without pairs."""

    def encode(self, stream: Stream) -> Tensor:
        """Logits [T, V] of every token."""
        return _unpadded(self._logits(stream), stream)

    def guess(self, logits_KV: Tensor) -> Tensor:
        """The same logits."""
        return logits_KV


class ForeignCausal(ForeignText):
    """Writes on: for `CausalObjective`."""

    def hidden(self, stream: Stream) -> Tensor:
        """Logits [T, V] of every token."""
        return _unpadded(self._logits(stream), stream)

    def logits(self, logits_KV: Tensor) -> Tensor:
        """The same logits."""
        return logits_KV

    def prefill(self, stream: Stream, *, places: int) -> tuple[Tensor, list[Tensor]]:  # noqa: ARG002 - nothing is kept
        """Logits [1, V] behind a row, and the row: it is read anew at each step, which every architecture can."""
        return self.hidden(stream)[-1:], [stream.ids_T]

    def step(self, ids_1: Tensor, read: list[Tensor]) -> Tensor:
        """Logits [1, V] behind one more token."""
        read[0] = torch.cat([read[0], ids_1])
        row_1T = read[0][None]
        logits_1TV: Tensor = self.model(input_ids=row_1T, attention_mask=torch.ones_like(row_1T), **self._always).logits
        return logits_1TV[:, -1]


class ForeignSpans(ForeignText):
    """Reads a text and writes an answer: for `SpanObjective`."""

    def answers(self, inputs: Stream, targets: Stream) -> Tensor:
        """Logits [T, V] of each token of the answers, from the text and the tokens before it."""
        config: Any = self.model.config
        start_id = config.decoder_start_token_id
        before_BS = padded(targets.ids_T, targets, self.pad_id).roll(1, dims=1)
        before_BS[:, 0] = self.pad_id if start_id is None else start_id
        return _unpadded(self._logits(inputs, decoder_input_ids=before_BS), targets)


def _unpadded(values_BSV: Tensor, stream: Stream) -> Tensor:
    """The rows of tokens [T, V] that are no padding."""
    flat = values_BSV.reshape(-1, values_BSV.shape[-1])
    return flat if stream.unpad_T is None else flat.index_select(0, stream.unpad_T)


def load_text_model(folder: Path, *, pad_id: int) -> ForeignText:
    """The language model of a folder, by what its architecture is for.

    Args:
        folder: any local Hugging Face folder with safetensors.
        pad_id: see `ForeignText`.

    Raises:
        LeafoutError: when transformers has no such language model, cannot load it, or it asks for code of its own.
    """
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM

    config = read_object(folder / "config.json")
    classes: dict[type[ForeignText], Any] = {
        ForeignMasked: AutoModelForMaskedLM,
        ForeignCausal: AutoModelForCausalLM,
        ForeignSpans: AutoModelForSeq2SeqLM,
    }
    kind = _kind(config, folder)
    hint = "give a model with its language head, not a classifier or a bare encoder"
    loaded = load_foreign(folder, classes[kind], hint=hint).float()
    return kind(loaded, pad_id=pad_id, max_tokens=max_positions(folder))


def _kind(config: Mapping[str, Any], folder: Path) -> type[ForeignText]:
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
        MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    )

    name, architectures = config.get("model_type"), config.get("architectures")
    said = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    if name in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        return ForeignSpans
    writes = said.endswith(("ForCausalLM", "LMHeadModel"))
    if name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and (writes or name not in MODEL_FOR_MASKED_LM_MAPPING_NAMES):
        return ForeignCausal
    if name in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        return ForeignMasked
    hint = "give a model that guesses masked words, writes on, or answers a text"
    raise LeafoutError(f"transformers has no language model for `{name}`", where=str(folder), hint=hint)


def grow_foreign(foreign: ForeignText, pieces: Mapping[int, Sequence[int]], size: int) -> None:
    """Give a model rows for more tokens, in place; see `models.grow.grow_vocabulary`.

    Args:
        foreign: whose words and output grow, tied or not.
        pieces: the old ids that each new id stood as before; none for one that had no pieces.
        size: of the vocabulary; not less than before.
    """
    model: Any = foreign.model
    before = model.get_input_embeddings().num_embeddings
    if size > before:
        model.resize_token_embeddings(size, mean_resizing=False)
    output = model.get_output_embeddings()
    found = [model.get_input_embeddings().weight, *(() if output is None else (output.weight, output.bias))]
    rows = {id(values): values for values in found if values is not None}
    with torch.no_grad():
        for values in rows.values():
            values.copy_(grown_rows(values[:before].clone(), pieces, len(values)))
