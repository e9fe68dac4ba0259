"""A classifier on torch: our lean BERT over streams without padding, any other architecture through transformers.

Legend: N rows, B rows of a batch, S tokens of the longest row, T tokens of a batch, L labels.
"""

import inspect
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from leafout.core.device import cores, device_of
from leafout.core.errors import LeafoutError
from leafout.inference.canary import read_canary, refuse_stranger
from leafout.inference.foreign import load_foreign
from leafout.inference.release import Release
from leafout.models.adapters.beside import with_adapter
from leafout.models.config import ENCODERS
from leafout.models.load import is_ours
from leafout.models.load import load_classifier as load_lean
from leafout.models.stream import Stream
from leafout.tasks.classify import Answer, Classify
from leafout.tasks.example import Batch, Example, collate, sorted_order
from leafout.tokenization.load import load_tokenizer

BATCH_TOKENS = {"cpu": 2048, "cuda": 65_536}
_OURS = {"BertForSequenceClassification", "ModernBertForSequenceClassification"}
Forward = Callable[[Batch], torch.Tensor]


class TorchClassifier:
    """Answers with a Hugging Face release or a model folder; computes in float32."""

    def __init__(self, release: Release, *, threads: int | None = None, device: str = "auto") -> None:
        self._release = release
        self._device = device_of(device)
        self._task = Classify(labels=release.labels, max_tokens=release.max_tokens, pair=release.pair)
        self._tokenizer = load_tokenizer(release.path)
        torch.set_num_threads(threads or cores())
        lean = release.architecture in _OURS and is_ours(release.path, *ENCODERS)
        self._forward = _lean(release, self._device) if lean else _foreign(release, self._device)
        self._try_out()

    @property
    def release(self) -> Release:
        """What it is."""
        return self._release

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Example]:
        """Texts as examples, truncated to `release.max_tokens`."""
        return self._task.encode(texts, pairs, self._tokenizer)

    def logits(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        """Logits [N, L] in the order of the examples, equal under any batching to 1e-4."""
        logits_NL = np.zeros((len(examples), len(self._release.labels)), np.float32)
        lengths_N = np.fromiter((len(example.ids) for example in examples), np.int64, len(examples))
        with torch.inference_mode():
            for rows in sorted_order(lengths_N, batch_tokens=BATCH_TOKENS[self._device]):
                batch = collate([examples[row] for row in rows])
                logits_NL[rows] = self._forward(batch).float().cpu().numpy()
        return logits_NL

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        """One answer a text, in order."""
        return self._task.decode(self.logits(self.encode(texts, pairs))) if texts else []

    def _try_out(self) -> None:
        """Run the largest id at the last position, and the canary: what does not fit fails here and not in service."""
        last_id = self._tokenizer.get_vocab_size(with_added_tokens=True) - 1
        ids = np.full(self._release.max_tokens, last_id, np.int32)
        hint = "do tokenizer, weights and labels belong together?"
        examples, wanted = read_canary(self._release)
        try:
            with torch.inference_mode():
                width = self._forward(collate([Example(ids, np.zeros(len(ids), np.int8))])).shape[-1]
            found = self.logits(examples) if width == len(self._release.labels) else wanted
        except (IndexError, RuntimeError) as error:
            message = f"the model cannot take {len(ids)} tokens of a vocabulary of {last_id + 1}: {error}"
            raise LeafoutError(message, where=str(self._release.path), hint=hint) from None
        if width != len(self._release.labels):
            message = f"the model has {width} outputs and {len(self._release.labels)} labels"
            raise LeafoutError(message, where=str(self._release.path), hint=hint)
        refuse_stranger(self._release, found, wanted)


def _lean(release: Release, device: str) -> Forward:
    model = load_lean(release.path).to(device).float().eval()

    def forward(batch: Batch) -> torch.Tensor:
        logits_BL: torch.Tensor = model(Stream.of(batch, device=device))
        return logits_BL

    return forward


def _foreign(release: Release, device: str) -> Forward:
    from transformers import AutoModelForSequenceClassification

    loaded = load_foreign(
        release.path, AutoModelForSequenceClassification, hint="finetune it first: `leafout finetune`"
    )
    model = with_adapter(loaded, release.path).to(device).float().eval()
    takes_segments = (
        "token_type_ids" in inspect.signature(loaded.forward).parameters
        and getattr(loaded.config, "type_vocab_size", 0) > 1
    )

    def forward(batch: Batch) -> torch.Tensor:
        is_token_BS = _is_token(batch)
        inputs = {
            "input_ids": _padded(batch.ids_T, is_token_BS),
            "attention_mask": torch.from_numpy(is_token_BS).long(),
        }
        if takes_segments:
            inputs["token_type_ids"] = _padded(batch.segments_T, is_token_BS)
        logits_BL: torch.Tensor = model(**{name: values.to(device) for name, values in inputs.items()}).logits
        return logits_BL

    return forward


def _is_token(batch: Batch) -> NDArray[np.bool_]:
    is_token_BS: NDArray[np.bool_] = np.arange(batch.max_tokens) < np.diff(batch.starts_B1)[:, None]
    return is_token_BS


def _padded(values_T: NDArray[np.int32], is_token_BS: NDArray[np.bool_]) -> torch.Tensor:
    padded_BS = np.zeros(is_token_BS.shape, np.int64)
    padded_BS[is_token_BS] = values_T
    return torch.from_numpy(padded_BS)
