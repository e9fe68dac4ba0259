"""Our models from a folder in Hugging Face layout: BERT and ModernBERT with any head; GPT-2, Llama and Qwen.

Weights are float32 whatever the file has. The dropout of a loaded model is its config's unless another is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.models.adapters.beside import with_adapter
from leafout.models.adapters.unmerged import refuse_unmerged
from leafout.models.config import CAUSAL, ENCODERS, Dims, Kind
from leafout.models.config_values import NotOurs
from leafout.models.decoder import CausalModel
from leafout.models.folder_config import MAX_LABELS, MODEL_TYPES, dims_of, kind_of
from leafout.models.heads import Classifier, MaskedModel, TokenClassifier
from leafout.models.names import Entry, causal_entries, classifier_entries, masked_entries, token_entries
from leafout.models.new import randomize
from leafout.models.weights import FILE, Weights

Model = TypeVar("Model", MaskedModel, CausalModel, Classifier, TokenClassifier)
_PREFIXES: dict[Kind, str] = {"bert": "bert.", "gpt": "transformer."}
_HEADS = ("pooler.", "follows.")
"""What a BERT trained without next sentences does not have."""


def load_masked(folder: Path, *, dropout: float | None = None, seed: int | None = None) -> MaskedModel:
    """A BERT with its pre-training heads.

    Args:
        folder: BertForPreTraining or ModernBertForMaskedLM, or BertForMaskedLM together with a `seed`.
        dropout: while training; None takes the config's.
        seed: of fresh weights for the pooler and the next-sentence head where the file has none; None refuses.

    Raises:
        LeafoutError: when config and weights are not such a model.
    """
    dims, weights = _encoder(folder, dropout)
    entries = masked_entries(dims)
    model = _empty(MaskedModel, dims)
    if seed is None:
        return _filled(model, weights, entries)
    return _filled(model, weights, entries, fresh=_absent(weights, entries, _HEADS), seed=seed)


def load_classifier(folder: Path, *, dropout: float | None = None) -> Classifier:
    """A BertForSequenceClassification or ModernBertForSequenceClassification, with the adapter that lies beside it.

    Raises:
        LeafoutError: when config and weights are not such a model.
    """
    dims, weights = _encoder(folder, dropout, adapted=True)
    num_labels = _num_labels(weights)
    model = _filled(_empty(Classifier, dims, num_labels), weights, classifier_entries(dims, num_labels))
    with_adapter(model, folder)
    return model


def classifier_from(folder: Path, num_labels: int, seed: int, *, dropout: float | None = None) -> Classifier:
    """A classifier with the encoder of any BERT folder and a fresh head.

    Args:
        folder: pre-training model, classifier or bare encoder; a pooler that is absent is fresh too.
        num_labels: outputs of the head.
        seed: of the fresh weights.
        dropout: while training; None takes the config's.

    Raises:
        LeafoutError: when the folder holds no BERT encoder.
    """
    dims, weights = _encoder(folder, dropout)
    entries = classifier_entries(dims, num_labels)
    fresh = ("head.", *(_absent(weights, entries, ("pooler.", "pooler_norm."))))
    return _filled(_empty(Classifier, dims, num_labels), weights, entries, fresh=fresh, seed=seed)


def load_token_classifier(folder: Path, *, dropout: float | None = None) -> TokenClassifier:
    """A BertForTokenClassification or ModernBertForTokenClassification.

    Raises:
        LeafoutError: when config and weights are not such a model.
    """
    dims, weights = _encoder(folder, dropout)
    num_labels = _num_labels(weights)
    return _filled(_empty(TokenClassifier, dims, num_labels), weights, token_entries(dims, num_labels))


def token_classifier_from(folder: Path, num_labels: int, seed: int, *, dropout: float | None = None) -> TokenClassifier:
    """A model with a label for each token: the encoder of any BERT folder and a fresh head.

    Args:
        folder: pre-training model, classifier or bare encoder.
        num_labels: outputs of the head.
        seed: of the fresh weights.
        dropout: while training; None takes the config's.

    Raises:
        LeafoutError: when the folder holds no BERT encoder.
    """
    dims, weights = _encoder(folder, dropout)
    entries = token_entries(dims, num_labels)
    fresh = ("head.", *_absent(weights, entries, ("transform.", "transform_norm.")))
    return _filled(_empty(TokenClassifier, dims, num_labels), weights, entries, fresh=fresh, seed=seed)


def load_causal(folder: Path, *, dropout: float | None = None) -> CausalModel:
    """A GPT2LMHeadModel, LlamaForCausalLM, Qwen2ForCausalLM or Qwen3ForCausalLM.

    Raises:
        LeafoutError: when config and weights are not such a model.
    """
    kind = kind_of(read_object(folder / "config.json"), folder / "config.json")
    dims, weights = _opened(folder, kind if kind in CAUSAL else "gpt", dropout)
    return _filled(_empty(CausalModel, dims), weights, causal_entries(dims))


def is_ours(folder: Path, *kinds: Kind) -> bool:
    """Whether the model in a folder is of some layouts, and one that we compute: any other is for transformers.

    It is not where its config asks for what our arithmetic has not, or its weights lie in several files.

    Raises:
        LeafoutError: when `config.json` is absent, damaged or out of bounds.
    """
    if read_object(folder / "config.json").get("model_type") not in {MODEL_TYPES[kind] for kind in kinds}:
        return False
    try:
        dims_in(folder)
    except NotOurs:
        return False
    return (folder / FILE).is_file()


def dims_in(folder: Path) -> Dims:
    """The dimensions of the model in a folder, without its weights.

    Raises:
        LeafoutError: when it is none that we compute.
    """
    path = folder / "config.json"
    config = read_object(path)
    return dims_of(config, kind_of(config, path), path)


def _encoder(folder: Path, dropout: float | None, *, adapted: bool = False) -> tuple[Dims, Weights]:
    if not adapted:
        refuse_unmerged(folder, why="they cannot be taken as the start of another training")
    kind = kind_of(read_object(folder / "config.json"), folder / "config.json")
    return _opened(folder, kind if kind in ENCODERS else "bert", dropout)


def _num_labels(weights: Weights) -> int:
    num_labels = weights.num_rows("classifier.bias")
    if not 1 <= num_labels <= MAX_LABELS:
        raise LeafoutError(f"the model has {num_labels} labels, 1 to {MAX_LABELS} can be", where=str(weights.path))
    return num_labels


def _opened(folder: Path, kind: Kind, dropout: float | None) -> tuple[Dims, Weights]:
    path = folder / "config.json"
    dims = dims_of(read_object(path), kind, path)
    weights = Weights(folder, prefix=_PREFIXES.get(kind, "model."))
    return (dims if dropout is None else replace(dims, dropout=dropout)), weights


def _empty(made: Callable[..., Model], *args: object) -> Model:
    """A model whose parameters take no memory yet: what the config claims is believed only when the weights have it."""
    with torch.device("meta"):
        return made(*args)


def _absent(weights: Weights, entries: Sequence[Entry], parts: Sequence[str]) -> tuple[str, ...]:
    """The parts that the file lacks wholly; one that is there in half is damage and is refused later."""
    names = {
        part: [name for entry in entries if entry.ours.startswith(part) for name in entry.theirs] for part in parts
    }
    return tuple(part for part, theirs in names.items() if not any(weights.has(name) for name in theirs))


def _filled(
    model: Model, weights: Weights, entries: Sequence[Entry], *, fresh: tuple[str, ...] = (), seed: int = 0
) -> Model:
    parameters = weights.read([entry for entry in entries if not entry.ours.startswith(fresh)] if fresh else entries)
    for name, parameter in model.named_parameters():
        if name not in parameters:
            parameters[name] = torch.empty_like(parameter, device="cpu")
    model.load_state_dict(parameters, assign=True)
    model.requires_grad_(requires_grad=True)
    if fresh:
        parts = [(name, part) for name, part in model.named_parameters() if name.startswith(fresh)]
        randomize(parts, deviation=model.dims.deviation, seed=seed)
    return model.train()
