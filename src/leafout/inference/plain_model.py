"""A plain model folder seen as a release: ours (with `task.json`) or any local Hugging Face one."""

from pathlib import Path
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.inference.release import MAX_LABELS, MAX_TOKENS, Precision, Release, check_file, check_labels

_POSITION_OFFSETS = {"roberta": 2, "xlm-roberta": 2, "camembert": 2}
"""Positions that these families never give to a token (they count from the padding id on)."""


def release_of_model(folder: Path) -> Release:
    """Describe a model folder; it stays what it is, nothing is written.

    Raises:
        LeafoutError: when it is no model folder, or its model has neither labels nor a causal head.
    """
    config = read_object(check_file(folder, "config.json"))
    check_file(folder, "tokenizer.json")
    if not any(folder.glob("*.safetensors")):
        hint = "only safetensors are loaded; convert a .bin with transformers' save_pretrained first"
        raise LeafoutError("there is no `model.safetensors`", where=str(folder), hint=hint)
    for path in folder.glob("*.safetensors"):
        check_file(folder, path.name)
    architecture = _architecture(config, folder)
    longest = _longest(config, folder)
    if not architecture.endswith("ForSequenceClassification"):
        if not architecture.endswith(("ForCausalLM", "LMHeadModel")):
            message = f"`{architecture}` neither classifies nor generates"
            raise LeafoutError(message, where=str(folder), hint="finetune it first: `leafout finetune`")
        return _release(folder, config, labels=[], max_tokens=longest, pair=False)
    if (folder / "task.json").exists():
        return _of_task(folder, config, longest)
    labels = _config_labels(config, folder)
    return _release(folder, config, labels=labels, max_tokens=longest, pair=False)


def _of_task(folder: Path, config: dict[str, Any], longest: int) -> Release:
    path = folder / "task.json"
    task = read_object(path)
    labels, max_tokens, pair = task.get("labels"), task.get("max_tokens"), task.get("pair", False)
    if task.get("task") != "classify":
        raise LeafoutError(f"`task` is {task.get('task')!r}, not `classify`", where=str(path))
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise LeafoutError("`labels` is no list of strings", where=str(path))
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool) or not isinstance(pair, bool):
        raise LeafoutError("`max_tokens` is no whole number or `pair` is not true or false", where=str(path))
    if not 1 <= max_tokens <= longest:
        raise LeafoutError(f"`max_tokens` is {max_tokens}, the model takes 1 to {longest}", where=str(path))
    declared = config.get("id2label")
    if isinstance(declared, dict) and len(declared) != len(labels):
        message = f"`task.json` has {len(labels)} labels, the model {len(declared)}"
        raise LeafoutError(message, where=str(path))
    return _release(folder, config, labels=labels, max_tokens=max_tokens, pair=pair)


def _release(folder: Path, config: dict[str, Any], *, labels: list[str], max_tokens: int, pair: bool) -> Release:
    classifies = _architecture(config, folder).endswith("ForSequenceClassification")
    try:
        check_labels(labels, task="classify" if classifies else "generate")
    except ValueError as error:
        raise LeafoutError(f"the labels cannot be used: {error}", where=str(folder)) from None
    dtype = config.get("dtype", config.get("torch_dtype"))
    precision: Precision = "bf16" if dtype == "bfloat16" else "fp32"
    return Release(
        path=folder,
        task="classify" if classifies else "generate",
        format="huggingface",
        precision=precision,
        labels=tuple(labels),
        max_tokens=max_tokens,
        pair=pair,
        thresholds={},
        languages=(),
        model="",
        architecture=_architecture(config, folder),
    )


def _architecture(config: dict[str, Any], folder: Path) -> str:
    names = config.get("architectures")
    if isinstance(names, list) and len(names) == 1 and isinstance(names[0], str) and names[0].isidentifier():
        return names[0]
    raise LeafoutError("`architectures` is not one class name", where=str(folder / "config.json"))


def _longest(config: dict[str, Any], folder: Path) -> int:
    offset = _POSITION_OFFSETS.get(str(config.get("model_type")), 0)
    for name in ("max_position_embeddings", "n_positions", "seq_length"):
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            if not offset < value <= MAX_TOKENS:
                raise LeafoutError(f"`{name}` is {value}", where=str(folder / "config.json"))
            return value - offset
    return 512


def _config_labels(config: dict[str, Any], folder: Path) -> list[str]:
    names = config.get("id2label")
    if names is None:
        num_labels = config.get("num_labels", 2)
        names = {str(k): f"LABEL_{k}" for k in range(num_labels)} if isinstance(num_labels, int) else None
    if not isinstance(names, dict) or len(names) > MAX_LABELS:
        raise LeafoutError("`id2label` is no map of numbers to labels", where=str(folder / "config.json"))
    labels = [names.get(str(number)) for number in range(len(names))]
    if not all(isinstance(label, str) for label in labels):
        message = f"`id2label` does not number its {len(names)} labels from 0"
        raise LeafoutError(message, where=str(folder / "config.json"))
    return [str(label) for label in labels]
