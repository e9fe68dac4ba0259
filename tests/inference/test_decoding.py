from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.decoding import Decoding, ForeignDecoding, LeanDecoding

SIZE = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)


def made(folder: Path, kind: str) -> tuple[Decoding, Any]:
    if kind == "gpt2":
        model = tiny_models.write_gpt(folder, layers=3)
        return LeanDecoding(folder, "cpu"), model
    model = tiny_models.write_rotary(folder, kind)
    return (ForeignDecoding if kind == "mistral" else LeanDecoding)(folder, "cpu"), model


@pytest.mark.parametrize("kind", ["gpt2", "mistral", *tiny_models.ROTARY])
def test_logits_step_by_step_equal_those_of_transformers_at_once(tmp_path: Path, kind: str) -> None:
    decoding, model = made(tmp_path, kind)
    ids = np.random.default_rng(0).integers(5, SIZE, 24).astype(np.int32)
    with torch.inference_mode():
        wanted = model(input_ids=torch.tensor(ids, dtype=torch.long)[None]).logits[0].numpy()
        assert np.abs(decoding.logits(ids) - wanted).max() < 1e-5
        found, session = decoding.read([ids[:9]], places=24)
        assert np.abs(found[0] - wanted[8]).max() < 1e-5
        for place in range(9, 24):
            assert np.abs(session.step(ids[place : place + 1].astype(np.int64))[0] - wanted[place]).max() < 1e-5


def test_rows_that_are_kept_go_on_undisturbed(tmp_path: Path) -> None:
    decoding, _ = made(tmp_path, "gpt2")
    rows = [example.ids for example in tiny_models.examples((4, 11, 1, 7))]
    with torch.inference_mode():
        _, session = decoding.read(rows, places=16)
        session.keep([1, 3])
        found = session.step(np.array([6, 8]))
        for row, token, logits in zip((rows[1], rows[3]), (6, 8), found, strict=True):
            whole = decoding.logits(np.append(row, np.int32(token)))
            assert np.abs(logits - whole[-1]).max() < 1e-5


def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path) -> None:
    tiny_models.write_rotary(tmp_path, "llama")
    path = tmp_path / "config.json"
    path.write_text(path.read_text(encoding="utf-8").replace("{", '{"auto_map": {},', 1), encoding="utf-8")
    with pytest.raises(LeafoutError, match="auto_map"):
        ForeignDecoding(tmp_path, "cpu")


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    tiny_models.write_rotary(tmp_path, "llama")
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(LeafoutError, match="cannot load"):
        ForeignDecoding(tmp_path, "cpu")
