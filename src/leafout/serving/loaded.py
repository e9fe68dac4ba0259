"""A release in memory, checked, warmed and ready to answer."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from leafout.core.artifact import MANIFEST, read_artifact
from leafout.core.errors import LeafoutError
from leafout.core.store import Store
from leafout.inference.load import Classifier, Completion, Generator, load_classifier, load_generator
from leafout.inference.release import Release, read_release
from leafout.serving.batcher import Batcher, Observe
from leafout.serving.limits import Limits
from leafout.serving.releases import check_verdict, identity, verdict_of
from leafout.tasks.classify import Answer, Classify
from leafout.tasks.example import Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Runner = Classifier | Generator
LoadRunner = Callable[[Path, int | None], Runner]
CountTokens = Callable[[str, str | None], int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts of one request."""

    texts: Sequence[str]
    pairs: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a classifier says of one text, and what it read of it."""

    answer: Answer
    num_tokens: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class Prompts:
    """A request for completions; see `Generator.generate`."""

    texts: Sequence[str]
    max_new_tokens: int
    temperature: float
    top_k: int
    top_p: float
    seed: int
    stop: Sequence[str]
    on_token: Callable[[int, str], None] | None
    deadline: float
    cancelled: threading.Event = field(default_factory=threading.Event)

    def should_stop(self) -> bool:
        """Whether nobody waits any more, or the time is over (`time.monotonic`)."""
        return self.cancelled.is_set() or time.monotonic() > self.deadline


Encoded = list[tuple[Example, bool]]
ClassifyBatcher = Batcher[Rows, Encoded, list[Answered]]
GenerateBatcher = Batcher[Prompts, Prompts, list[Completion]]


@dataclass(frozen=True, eq=False)
class Loaded:
    """A release in memory.

    Attributes:
        key, digest: of its artifact.
        release: what it is.
        examined: whether it passed an exam.
        batcher: takes its work.
    """

    key: str
    digest: str
    release: Release
    examined: bool
    batcher: ClassifyBatcher | GenerateBatcher

    @property
    def classifying(self) -> ClassifyBatcher:
        """The batcher of a classifier."""
        return cast("ClassifyBatcher", self.batcher)

    @property
    def generating(self) -> GenerateBatcher:
        """The batcher of a generator."""
        return cast("GenerateBatcher", self.batcher)


@dataclass(frozen=True)
class Opening:
    """How releases are opened.

    Attributes:
        store_root: where exams are recorded.
        limits: of the service.
        threads: of the runtime; None takes the free cores.
        unexamined: open also what passed no exam.
        load: loads a runner from a folder; a test may give its own.
    """

    store_root: Path
    limits: Limits
    threads: int | None = None
    unexamined: bool = False
    load: LoadRunner | None = None

    def open(self, folder: Path, *, name: str, digest: str = "", observe: Observe | None = None) -> Loaded:
        """Check a release byte by byte and against its exam, load and warm it.

        Args:
            folder: of the release.
            name: of the slot.
            digest: what the registry says it should be; empty for a folder given by hand.
            observe: called after each batch, see `Batcher`.

        Raises:
            LeafoutError: when it is damaged, another one, without a passed exam, or cannot be loaded.
        """
        key, found = verified(self.store_root, folder)
        if digest and found != digest:
            message = f"the release is not the one that was promoted: digest {found[:12]}, promoted {digest[:12]}"
            raise LeafoutError(message, where=str(folder), hint="promote it again after an exam")
        self.check_exam(found, folder)
        verdict = verdict_of(self.store_root, found)
        runner = (self.load or load_runner)(folder, self.threads)
        batcher = batcher_of(runner, self.limits, name=name, observe=observe or _ignore)
        return Loaded(key, found, runner.release, bool(verdict and verdict.passed), batcher)

    def check_exam(self, digest: str, folder: Path) -> None:
        """Refuse a release without a passed exam, unless that is wished.

        Raises:
            LeafoutError: saying what is missing.
        """
        if not self.unexamined:
            check_verdict(verdict_of(self.store_root, digest), folder)


def verified(store_root: Path, folder: Path) -> tuple[str, str]:
    """Key and digest of a release whose every byte fits its manifest; a folder without manifest is only hashed.

    Raises:
        LeafoutError: naming the file that does not fit.
    """
    if (folder / MANIFEST).exists():
        Store(store_root).verify(read_artifact(folder), deep=True)
    return identity(folder)


def load_runner(folder: Path, threads: int | None) -> Runner:
    """The classifier or generator in a folder."""
    if read_release(folder).task == "classify":
        return load_classifier(folder, threads=threads)
    return load_generator(folder, threads=threads)


def batcher_of(runner: Runner, limits: Limits, *, name: str, observe: Observe) -> ClassifyBatcher | GenerateBatcher:
    """Start the thread that runs a model, and let it answer once."""
    if runner.release.task == "classify":
        classifier = cast("Classifier", runner)
        reading = _Reading(classifier)
        sample = "warm up 预热"
        reading.run(reading.prepare([Rows([sample], [sample] if runner.release.pair else None)])[0][:1])
        return Batcher(
            reading.prepare,
            reading.run,
            budget=limits.batch_tokens,
            max_waiting=limits.queue_texts,
            name=f"classify-{name}",
            observe=observe,
        )
    generator = cast("Generator", runner)
    generator.generate(["warm up"], max_new_tokens=1, temperature=0.0)
    return Batcher(
        _dearly,
        partial(_generated, generator),
        budget=1,
        max_waiting=limits.queue_texts,
        name=f"generate-{name}",
        observe=observe,
    )


class _Reading:
    """The two halves of a classifier's work: texts to examples, examples to answers."""

    def __init__(self, classifier: Classifier) -> None:
        release = classifier.release
        self._classifier = classifier
        self._task = Classify(labels=release.labels, max_tokens=release.max_tokens, pair=release.pair)
        self._count_tokens: CountTokens | None = None

    def prepare(self, asks: Sequence[Rows]) -> list[tuple[Encoded, int]]:
        """Encode all requests at once; the cost of each is its tokens."""
        texts = [text for ask in asks for text in ask.texts]
        pairs = [pair for ask in asks for pair in ask.pairs or ()] if self._task.pair else None
        examples = self._classifier.encode(texts, pairs)
        rows = [
            (example, self._is_truncated(example, text, pairs[place] if pairs else None))
            for place, (example, text) in enumerate(zip(examples, texts, strict=True))
        ]
        found = []
        first = 0
        for ask in asks:
            own = rows[first : first + len(ask.texts)]
            first += len(ask.texts)
            found.append((own, sum(len(example.ids) for example, _ in own)))
        return found

    def run(self, batch: Sequence[Encoded]) -> list[list[Answered]]:
        """Answer a batch."""
        rows = [row for ask in batch for row in ask]
        logits_NL: NDArray[np.float32] = self._classifier.logits([example for example, _ in rows])
        answers = iter(self._task.decode(logits_NL))
        return [[Answered(next(answers), len(example.ids), cut) for example, cut in ask] for ask in batch]

    def _is_truncated(self, example: Example, text: str, pair: str | None) -> bool:
        """Whether a text was cut; only one that fills the model exactly has to be counted again."""
        if len(example.ids) < self._task.max_tokens:
            return False
        if self._count_tokens is None:
            self._count_tokens = token_counter(self._classifier.release.path)
        return self._count_tokens(text, pair) > self._task.max_tokens


def token_counter(folder: Path) -> CountTokens:
    """Counts the tokens of a text (or a pair) before anything is cut, special ones included."""
    from leafout.tokenization.load import load_tokenizer

    tokenizer = load_tokenizer(folder)

    def count(text: str, pair: str | None) -> int:
        return len(tokenizer.encode(text, pair))

    return count


def _dearly(asks: Sequence[Prompts]) -> list[tuple[Prompts, int]]:
    """Each request for completions fills a batch: its knobs are its own."""
    return [(ask, 1) for ask in asks]


def _generated(generator: Generator, asks: Sequence[Prompts]) -> list[list[Completion]]:
    return [
        generator.generate(
            ask.texts,
            max_new_tokens=ask.max_new_tokens,
            temperature=ask.temperature,
            top_k=ask.top_k,
            top_p=ask.top_p,
            seed=ask.seed,
            stop=ask.stop,
            on_token=ask.on_token,
            should_stop=ask.should_stop,
        )
        for ask in asks
    ]


def _ignore(size: int, cost: int, seconds: float) -> None:
    """Nobody watches."""
