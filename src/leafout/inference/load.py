"""Load a release with the runtime its format asks for; an ONNX release imports neither torch nor transformers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from leafout.core.errors import LeafoutError
from leafout.inference.release import Release, read_release
from leafout.tasks.classify import Answer
from leafout.tasks.example import Example


class Classifier(Protocol):
    """A classifier that can answer, whatever executes it."""

    @property
    def release(self) -> Release:
        """What it is."""

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Example]:
        """Texts as examples, truncated to `release.max_tokens`."""

    def logits(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        """Logits [N, L] in the order of the examples, equal under any batching to 1e-4 in fp32."""

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        """One answer a text, in order."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a generator wrote after a prompt.

    Attributes:
        text: without the prompt.
        num_tokens: generated ones.
        num_prompt_tokens: tokens of the prompt that the model saw.
        finish_reason: `stop` (end of text or a stop string), `length`, or `cancelled`.
    """

    text: str
    num_tokens: int
    num_prompt_tokens: int
    finish_reason: Literal["stop", "length", "cancelled"]


class Generator(Protocol):
    """A language model that goes on writing."""

    @property
    def release(self) -> Release:
        """What it is."""

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
        on_token: Callable[[int, str], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> list[Completion]:
        """Continue each prompt.

        Args:
            prompts: texts; each is continued on its own.
            max_new_tokens: at most so many tokens.
            temperature: 0 takes the likeliest token.
            top_k: keep the k likeliest tokens; 0 keeps all.
            top_p: keep the likeliest tokens that make up this probability.
            seed: equal seeds write equal texts.
            stop: texts before which a completion ends.
            on_token: called with (index of the prompt, the text that was added).
            should_stop: polled between tokens; True ends with `cancelled`.
        """


def load_classifier(folder: Path, *, threads: int | None = None, device: str = "auto") -> Classifier:
    """A classifier from a release or a model folder.

    Args:
        folder: a release, or a model folder with labels.
        threads: of the runtime; None takes the really free cores.
        device: `auto`, `cpu` or `cuda`; ONNX releases run on the CPU.

    Raises:
        LeafoutError: when the folder does not hold a usable classifier.
    """
    release = read_release(folder)
    if release.task != "classify":
        raise LeafoutError(f"the release is for `{release.task}`, not for `classify`", where=str(folder))
    if release.format == "onnx":
        from leafout.inference.onnx_classifier import OnnxClassifier

        return OnnxClassifier(release, threads=threads)
    from leafout.inference.torch_classifier import TorchClassifier

    return TorchClassifier(release, threads=threads, device=device)


def load_generator(folder: Path, *, threads: int | None = None, device: str = "auto") -> Generator:
    """A generator from a release or a model folder.

    Raises:
        LeafoutError: when the folder does not hold a usable causal model.
    """
    release = read_release(folder)
    if release.task != "generate":
        raise LeafoutError(f"the release is for `{release.task}`, not for `generate`", where=str(folder))
    from leafout.inference.torch_generator import TorchGenerator

    return TorchGenerator(release, threads=threads, device=device)
