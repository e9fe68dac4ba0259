"""Write the files of a release: weights in their format, tokenizer, and the description."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from leafout.core.artifact import MANIFEST, read_manifest
from leafout.core.digest import all_files, folder_digest, sha256_file
from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object
from leafout.inference.release import Format, Precision, Release, write_release
from leafout.models.adapters.unmerged import CONFIG, FOLDER, WEIGHTS, refuse_unmerged, unmerged

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def choose_format(source: Release, wished_format: str, wished_precision: str) -> tuple[Format, Precision]:
    """Format and precision of a release, with `auto` resolved.

    Raises:
        LeafoutError: when the model has no such format, or the format no such precision.
    """
    beside = unmerged(source.path) is not None
    can_pack = source.architecture == "BertForSequenceClassification" and not beside
    chosen: Format = "onnx" if wished_format == "onnx" or (wished_format == "auto" and can_pack) else "huggingface"
    if chosen == "onnx" and beside:
        refuse_unmerged(source.path, why="there is no onnx export of it")
    if chosen == "onnx" and not can_pack:
        message = f"`{source.architecture}` has no onnx export, only BertForSequenceClassification has"
        raise LeafoutError(message, where="[export.format]", hint="use `format: huggingface`")
    allowed: dict[str, Precision] = (
        {"int8": "int8", "fp32": "fp32"} if chosen == "onnx" else {"fp32": "fp32", "bf16": "bf16"}
    )
    wish = next(iter(allowed)) if wished_precision == "auto" else wished_precision
    if wish not in allowed:
        hint = f"use `precision: {'` or `precision: '.join(allowed)}`"
        raise LeafoutError(f"format `{chosen}` has no `{wish}`", where="[export.precision]", hint=hint)
    return chosen, allowed[wish]


def write_files(source: Release, out: Path, *, chosen: Format, precision: Precision) -> Release:
    """Write weights, tokenizer and `release.json`.

    Returns:
        The new release, without thresholds and languages so far.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name in _TOKENIZER_FILES:
        if (source.path / name).is_file():
            shutil.copyfile(source.path / name, out / name)
    if chosen == "onnx":
        _write_onnx(source, out, int8=precision == "int8")
    else:
        _write_huggingface(source, out, bf16=precision == "bf16")
    release = replace(source, path=out, format=chosen, precision=precision, model=digest_of(source.path))
    write_release(release)
    return release


def digest_of(folder: Path) -> str:
    """The digest of an artifact or, for any other folder, of all its files."""
    if (folder / MANIFEST).is_file():
        return str(read_manifest(folder)["digest"])
    return folder_digest({path.as_posix(): sha256_file(folder / path) for path in all_files(folder)})


def count_parameters(folder: Path) -> int:
    """How many numbers `model.safetensors` holds; reads its header alone."""
    from safetensors import safe_open

    total = 0
    with safe_open(folder / "model.safetensors", framework="numpy") as file:
        for name in file.keys():  # noqa: SIM118 - a safetensors file is no mapping
            size = 1
            for dim in file.get_slice(name).get_shape():
                size *= dim
            total += size
    return total


def _write_onnx(source: Release, out: Path, *, int8: bool) -> None:
    from leafout.compression.bert_weights import read_bert
    from leafout.compression.packed_graph import packed_graph

    weights = read_bert(source.path)
    num_labels = len(weights.bias("classifier"))
    if num_labels != len(source.labels):
        message = f"the model has {num_labels} outputs and {len(source.labels)} labels"
        raise LeafoutError(message, where=str(source.path))
    data = packed_graph(weights, precision="int8" if int8 else "fp32")
    (out / "model.onnx").write_bytes(data)


def _write_huggingface(source: Release, out: Path, *, bf16: bool) -> None:
    config = read_object(source.path / "config.json")
    if "auto_map" in config:
        hint = "only architectures that transformers itself has are exported"
        raise LeafoutError("the model asks for code of its own (`auto_map`)", where=str(source.path), hint=hint)
    if source.task == "classify":
        config["id2label"] = {str(place): label for place, label in enumerate(source.labels)}
        config["label2id"] = {label: place for place, label in enumerate(source.labels)}
    config.pop("torch_dtype", None)
    config["dtype"] = "bfloat16" if bf16 else "float32"
    _save_weights(source.path / "model.safetensors", out / "model.safetensors", bf16=bf16)
    write_json(out / "config.json", config)
    if unmerged(source.path) is not None:
        (out / FOLDER).mkdir(exist_ok=True)
        for name in (CONFIG, WEIGHTS):
            shutil.copyfile(source.path / FOLDER / name, out / FOLDER / name)


def _save_weights(weights: Path, target: Path, *, bf16: bool) -> None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file, save_file

    dtype = torch.bfloat16 if bf16 else torch.float32
    try:
        tensors: dict[str, Any] = load_file(weights)
    except (SafetensorError, OSError) as error:
        raise LeafoutError(f"`{weights.name}` cannot be read: {error}", where=str(weights)) from None
    if all(tensor.dtype == dtype or not tensor.is_floating_point() for tensor in tensors.values()):
        shutil.copyfile(weights, target)
        return
    rounded = {name: t.to(dtype) if t.is_floating_point() else t for name, t in sorted(tensors.items())}
    save_file(rounded, target, metadata={"format": "pt"})
