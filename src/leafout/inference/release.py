"""A release: a model with all that is needed to answer with it, in one folder that `release.json` describes.

`release.json` may come from outside, so it names no files: each format has its fixed ones. A plain model folder
(`config.json`, `model.safetensors`, `tokenizer.json`, perhaps `task.json`) is accepted wherever a release is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError
from leafout.core.plain_json import read_object

RELEASE = "release.json"
MAX_LABELS = 100_000
MAX_TOKENS = 1_000_000

TaskName = Literal["classify", "generate"]
Format = Literal["onnx", "huggingface"]
Precision = Literal["fp32", "int8", "bf16"]
FILES: Mapping[Format, tuple[str, ...]] = {
    "onnx": ("model.onnx", "tokenizer.json"),
    "huggingface": ("config.json", "model.safetensors", "tokenizer.json"),
}
"""What a folder of each format holds at least."""


@dataclass(frozen=True, slots=True)
class Release:
    """What is known of a release without loading it.

    Attributes:
        path: its folder.
        task, format, precision: what it does, and how it is stored.
        labels: in the order of the logits; empty for `generate`.
        max_tokens: the longest input, special tokens counted.
        pair: whether a row has two texts.
        thresholds: label -> least confidence; an answer below it is an abstention. Absent labels have none.
        languages: of the text it was validated on, such as `zh`.
        model: digest of the model it was exported from; empty where that is not known.
        architecture: the class name in the source model's config.
    """

    path: Path
    task: TaskName
    format: Format
    precision: Precision
    labels: tuple[str, ...]
    max_tokens: int
    pair: bool
    thresholds: Mapping[str, float]
    languages: tuple[str, ...]
    model: str
    architecture: str

    def abstains(self, label: str, confidence: float) -> bool:
        """Whether an answer is too unsure to be given."""
        return confidence < self.thresholds.get(label, 0.0)


class _Written(BaseModel):
    """`release.json`, with its bounds."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    task: TaskName
    format: Format
    precision: Precision
    labels: list[str] = Field(max_length=MAX_LABELS)
    max_tokens: int = Field(ge=1, le=MAX_TOKENS)
    pair: bool
    thresholds: dict[str, float]
    languages: list[str] = Field(max_length=1000)
    model: str = Field(max_length=200)
    architecture: str = Field(pattern=r"^[A-Za-z0-9_]{1,100}$")

    @model_validator(mode="after")
    def _fits_together(self) -> "_Written":
        check_labels(self.labels, task=self.task)
        for label, threshold in self.thresholds.items():
            if label not in self.labels:
                raise ValueError(f"`thresholds` names `{label}`, which is no label")
            if not 0.0 <= threshold <= 1.0:
                raise ValueError(f"the threshold of `{label}` is {threshold}, outside 0 to 1")
        if self.format == "onnx" and (self.task == "generate" or self.precision == "bf16"):
            raise ValueError(f"format `onnx` has no {self.task} in {self.precision}")
        if self.format == "huggingface" and self.precision == "int8":
            raise ValueError("format `huggingface` has no int8")
        return self


def check_labels(labels: list[str], *, task: TaskName) -> None:
    """Refuse labels that cannot name the columns of a classifier.

    Raises:
        ValueError: when one is empty, repeated, very long or holds a control character, or their number is wrong.
    """
    if task == "generate" and labels:
        raise ValueError(f"{len(labels)} labels for a task that has none")
    if task == "classify" and len(labels) < 2:
        raise ValueError(f"{len(labels)} labels, at least 2 are needed")
    if len(set(labels)) != len(labels):
        raise ValueError("a label stands twice")
    for label in labels:
        if not label or len(label) > 500 or any(ord(char) < 32 or ord(char) == 127 for char in label):
            raise ValueError(f"label {label[:80]!r} is empty, longer than 500 characters or has control characters")


def read_release(folder: Path) -> Release:
    """The release in a folder, or a plain model folder seen as one. Loads no weights.

    Raises:
        LeafoutError: when the folder holds neither, or its description does not hold together.
    """
    if not folder.is_dir():
        raise LeafoutError(f"there is no folder `{folder.name}`", where=str(folder))
    if not (folder / RELEASE).exists():
        from leafout.inference.plain_model import release_of_model

        return release_of_model(folder)
    written = _validated(read_object(folder / RELEASE), folder / RELEASE)
    for name in FILES[written.format]:
        check_file(folder, name)
    return Release(
        path=folder,
        task=written.task,
        format=written.format,
        precision=written.precision,
        labels=tuple(written.labels),
        max_tokens=written.max_tokens,
        pair=written.pair,
        thresholds=dict(written.thresholds),
        languages=tuple(written.languages),
        model=written.model,
        architecture=written.architecture,
    )


def write_release(release: Release) -> None:
    """Write `release.json` into the release's folder; the other files must stand there already.

    Raises:
        LeafoutError: when a file is missing or the description does not hold together.
    """
    values = {
        "task": release.task,
        "format": release.format,
        "precision": release.precision,
        "labels": list(release.labels),
        "max_tokens": release.max_tokens,
        "pair": release.pair,
        "thresholds": dict(release.thresholds),
        "languages": list(release.languages),
        "model": release.model,
        "architecture": release.architecture,
    }
    _validated(values, release.path / RELEASE)
    for name in FILES[release.format]:
        check_file(release.path, name)
    write_json(release.path / RELEASE, values)


def check_file(folder: Path, name: str) -> Path:
    """The path of a regular, non-empty file of a folder.

    Raises:
        LeafoutError: when it is absent, empty or something else.
    """
    path = folder / name
    if not path.is_file():
        raise LeafoutError(f"there is no file `{name}`", where=str(folder), hint="is the folder whole?")
    if path.stat().st_size == 0:
        raise LeafoutError(f"`{name}` is empty", where=str(path), hint="copy or export it again")
    return path


def _validated(values: dict[str, Any], path: Path) -> _Written:
    try:
        return _Written.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        text = first["msg"].removeprefix("Value error, ")
        said = text[:1].lower() + text[1:]
        named = f"`{place}`: {said}" if place else said
        raise LeafoutError(f"`{path.name}` does not hold together: {named}", where=str(path)) from None
