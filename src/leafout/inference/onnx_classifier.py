"""A classifier on ONNX Runtime over the packed graph; imports neither torch nor transformers.

Legend: N rows, L labels.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from leafout.core.device import cores
from leafout.core.errors import LeafoutError
from leafout.inference.canary import read_canary, refuse_stranger
from leafout.inference.onnx_check import read_checked
from leafout.inference.packed_inputs import packed_inputs
from leafout.inference.release import Release
from leafout.tasks.classify import Answer, Classify
from leafout.tasks.example import Example, collate, sorted_order
from leafout.tokenization.load import load_tokenizer

CORE_TOKENS = 512
"""Tokens a stream may hold for each core: few enough to stay in its cache (2048 cost 5 to 10 %, measured)."""
_RUNTIME_ERRORS = (
    runtime_errors.Fail,
    runtime_errors.InvalidArgument,
    runtime_errors.InvalidGraph,
    runtime_errors.InvalidProtobuf,
    runtime_errors.NotImplemented,
    runtime_errors.RuntimeException,
)


class OnnxClassifier:
    """Answers with an ONNX release; may be called from several threads at once."""

    def __init__(self, release: Release, *, threads: int | None = None) -> None:
        self._release = release
        self._task = Classify(labels=release.labels, max_tokens=release.max_tokens, pair=release.pair)
        self._tokenizer = load_tokenizer(release.path)
        data = read_checked(release.path / "model.onnx", num_labels=len(release.labels))
        threads = threads or cores()
        self._batch_tokens = CORE_TOKENS * threads
        self._session = _session(data, release.path / "model.onnx", threads=threads)
        self._try_out()

    @property
    def release(self) -> Release:
        """What it is."""
        return self._release

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Example]:
        """Texts as examples, truncated to `release.max_tokens`."""
        return self._task.encode(texts, pairs, self._tokenizer)

    def logits(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        """Logits [N, L] in the order of the examples, whatever stream each was computed in."""
        logits_NL = np.zeros((len(examples), len(self._release.labels)), np.float32)
        lengths_N = np.fromiter((len(example.ids) for example in examples), np.int64, len(examples))
        for rows in sorted_order(lengths_N, batch_tokens=self._batch_tokens):
            batch = collate([examples[row] for row in rows])
            logits_NL[rows] = self._session.run(["logits"], dict(packed_inputs(batch)))[0]
        return logits_NL

    def classify(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Answer]:
        """One answer a text, in order."""
        return self._task.decode(self.logits(self.encode(texts, pairs))) if texts else []

    def _try_out(self) -> None:
        """Run the largest id at the last position, and the canary: what does not fit fails here and not in service."""
        last_id = self._tokenizer.get_vocab_size(with_added_tokens=True) - 1
        ids = np.full(self._release.max_tokens, last_id, np.int32)
        segments = np.full(len(ids), int(self._release.pair), np.int8)
        examples, wanted = read_canary(self._release)
        try:
            found = self.logits([Example(ids, segments), *examples])[1:]
        except _RUNTIME_ERRORS as error:
            message = f"the model cannot take {len(ids)} tokens of a vocabulary of {last_id + 1}: {_short(error)}"
            hint = "tokenizer and model do not belong together; export again"
            raise LeafoutError(message, where=str(self._release.path), hint=hint) from None
        refuse_stranger(self._release, found, wanted)


def _session(data: bytes, path: Path, *, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a spinning engine starves its neighbours
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except _RUNTIME_ERRORS as error:
        raise LeafoutError(f"ONNX Runtime cannot load the model: {_short(error)}", where=str(path)) from None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
