"""A classifier of any architecture that transformers knows, under the same loop: padded on its way in.

Legend: B rows, S tokens of the longest row, T tokens of all rows, L labels.
"""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.models.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence


class ForeignClassifier(nn.Module):
    """Takes a stream, gives logits [B, L].

    Args:
        model: a transformers model for sequence classification.
        pad_id: fills up shorter rows; the attention mask hides it.
    """

    def __init__(self, model: nn.Module, pad_id: int) -> None:
        super().__init__()
        self.model, self.pad_id = model, pad_id
        takes = "token_type_ids" in inspect.signature(model.forward).parameters
        self.takes_segments = takes and getattr(model.config, "type_vocab_size", 0) > 1

    def forward(self, stream: Stream) -> Tensor:
        """Logits of each row."""
        inputs = {"input_ids": padded(stream.ids_T, stream, self.pad_id)}
        inputs["attention_mask"] = padded(torch.ones_like(stream.ids_T), stream, 0)
        if self.takes_segments:
            inputs["token_type_ids"] = padded(stream.segments_T, stream, 0)
        logits_BL: Tensor = self.model(**inputs).logits
        return logits_BL

    def save(self, folder: Path) -> None:
        """Write config and weights as transformers does."""
        self.model.save_pretrained(folder)  # type: ignore[operator]  # transformers' method


def padded(values_T: Tensor, stream: Stream, fill: int) -> Tensor:
    """The values of a stream as rows [B, S] of one length."""
    if stream.unpad_T is None:
        return values_T.view(stream.num_rows, stream.max_tokens)
    filled = values_T.new_full((stream.num_rows * stream.max_tokens,), fill)
    filled[stream.unpad_T] = values_T
    return filled.view(stream.num_rows, stream.max_tokens)


def foreign_classifier(
    folder: Path, labels: "Sequence[str]", *, pad_id: int, seed: int, pretrained: bool, dropout: float | None
) -> ForeignClassifier:
    """The model of a folder with a fresh head for some labels.

    Args:
        folder: any local Hugging Face folder with safetensors.
        labels: in the order of the outputs.
        pad_id: see `ForeignClassifier`.
        seed: of all fresh weights.
        pretrained: take the folder's weights; else all are fresh.
        dropout: while training; None takes the config's.

    Raises:
        LeafoutError: when transformers cannot load it, or it asks for code of its own.
    """
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForSequenceClassification

    if "auto_map" in read_object(folder / "config.json"):
        hint = "only architectures that transformers itself has are loaded"
        raise LeafoutError("the model asks for code of its own (`auto_map`)", where=str(folder), hint=hint)
    torch.manual_seed(seed)
    names: dict[str, Any] = {"id2label": dict(enumerate(labels)), "label2id": {n: i for i, n in enumerate(labels)}}
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, num_labels=len(labels), **names)
        config.pad_token_id = pad_id
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob", "resid_pdrop", "embd_pdrop", "dropout"):
            if dropout is not None and hasattr(config, name):
                setattr(config, name, dropout)
        if pretrained:
            model = AutoModelForSequenceClassification.from_pretrained(
                folder,
                config=config,
                local_files_only=True,
                use_safetensors=True,
                dtype=torch.float32,
                ignore_mismatched_sizes=True,
            )
        else:
            model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        message = f"transformers cannot load the model: {' '.join(str(error).split())[:300]}"
        raise LeafoutError(message, where=str(folder)) from None
    return ForeignClassifier(model, pad_id)


def max_positions(folder: Path) -> int:
    """The longest text in tokens that the model in a folder can read; 512 where its config does not say."""
    config = read_object(folder / "config.json")
    for name in ("max_position_embeddings", "n_positions", "n_ctx"):
        value = config.get(name)
        if isinstance(value, int) and value > 0:
            return value - 2 if config.get("model_type") in {"roberta", "xlm-roberta", "camembert"} else value
    return 512
