import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import RobertaConfig, RobertaForMaskedLM, T5ForConditionalGeneration

import tiny_models
import tiny_tokens
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.inference.plain_model import release_of_model
from leafout.inference.torch_generator import TorchGenerator
from leafout.models.load import load_causal, load_masked
from leafout.models.stream import Stream
from leafout.stages.pretrain import PretrainConfig, pretrain
from leafout.tasks.example import Example, collate
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.sentinels import add_sentinels
from leafout.tokenization.special import special_tokens

TINY = {"layers": 1, "width": 16, "heads": 2, "max_tokens": 24}


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    return tiny_tokens.write_tokens(tmp_path / "tokens", documents=24)


def config(kind: str = "bert", **values: object) -> PretrainConfig:
    given = {"model": {"kind": kind, **TINY}, "budget": {"steps": 8}, "batch_tokens": 96, "evaluations": 2}
    return PretrainConfig.read(given | {"peak_rate": 0.01, "checkpoint_seconds": 0} | values)


def digests(folder: Path) -> dict[str, str]:
    return {path.as_posix(): sha256_file(folder / path) for path in payload_files(folder)}


class Stopping(QuietRun):
    def should_stop(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("bert", {"mlm_loss", "nsp_accuracy"}),
        ("gpt", {"bits_per_byte"}),
        ("qwen3", {"bits_per_byte"}),
        ("modernbert", {"mlm_accuracy"}),
    ],
)
def test_a_stopped_call_goes_on_to_the_same_payload(tmp_path: Path, tokens: Path, kind: str, names: set[str]) -> None:
    found = pretrain(tokens, None, out=tmp_path / "calm", config=config(kind), run=QuietRun(seed=3))
    assert {f"val_{name}" for name in names} < found.keys()
    assert (found["steps"], found["skipped_steps"]) == (8, 0)
    with pytest.raises(Stopped):
        pretrain(tokens, None, out=tmp_path / "out", config=config(kind), run=Stopping(seed=3))
    again = pretrain(tokens, None, out=tmp_path / "out", config=config(kind), run=QuietRun(seed=3))
    assert again == found
    assert digests(tmp_path / "calm") == digests(tmp_path / "out")
    assert set(digests(tmp_path / "out")) == {
        "config.json",
        "model.safetensors",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    model = (load_masked if "bert" in kind else load_causal)(tmp_path / "out")
    assert found["parameters"] == sum(values.numel() for values in model.parameters())
    lines = (tmp_path / "out" / "notes" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["step"] for line in lines} == {4, 8}


@pytest.mark.parametrize("kind", ["gpt", "llama"])
def test_texts_begin_for_the_model_as_they_did_when_it_learnt(tmp_path: Path, tokens: Path, kind: str) -> None:
    pretrain(tokens, None, out=tmp_path / "out", config=config(kind), run=QuietRun(seed=3))
    made = TorchGenerator(release_of_model(tmp_path / "out"), threads=1, device="cpu")
    ids, logits = made.token_logits("书")
    assert ids[0] == special_tokens(tokens).start_id
    model = load_causal(tmp_path / "out").eval()
    row = collate([Example(ids.astype(np.int32), np.zeros(len(ids), np.int8))])
    with torch.no_grad():
        wanted = model.logits(model.hidden(Stream.of(row))).numpy()
    assert np.abs(logits - wanted).max() < 1e-5


def test_training_goes_on_from_a_given_model(tmp_path: Path, tokens: Path) -> None:
    long: dict[str, object] = {"budget": {"steps": 40}, "checkpoint_seconds": 60, "next_sentence": 0}
    first = pretrain(tokens, None, out=tmp_path / "first", config=config("bert", **long), run=QuietRun(seed=3))
    more = config(budget={"steps": 1}, peak_rate=1e-6, next_sentence=0, model={})
    second = pretrain(tokens, tmp_path / "first", out=tmp_path / "second", config=more, run=QuietRun(seed=3))
    assert second["val_loss"] == pytest.approx(first["val_loss"], abs=0.05)
    assert second["parameters"] == first["parameters"]
    assert "val_nsp_accuracy" not in second


def test_muon_goes_on_to_the_same_bytes_after_a_stop(tmp_path: Path, tokens: Path) -> None:
    muon = config("gpt", optimizer="muon")
    pretrain(tokens, None, out=tmp_path / "calm", config=muon, run=QuietRun(seed=3))
    with pytest.raises(Stopped):
        pretrain(tokens, None, out=tmp_path / "out", config=muon, run=Stopping(seed=3))
    pretrain(tokens, None, out=tmp_path / "out", config=muon, run=QuietRun(seed=3))
    assert digests(tmp_path / "calm") == digests(tmp_path / "out")


def test_a_modernbert_has_no_next_sentences(tmp_path: Path, tokens: Path) -> None:
    found = pretrain(tokens, None, out=tmp_path / "out", config=config("modernbert"), run=QuietRun(seed=3))
    assert "val_nsp_loss" not in found
    with pytest.raises(LeafoutError, match="no head for next sentences"):
        pretrain(tokens, None, out=tmp_path / "no", config=config("modernbert", next_sentence=0.1), run=QuietRun())


def test_the_order_of_sentences_is_learnt_to_the_same_bytes_after_a_stop(tmp_path: Path, tokens: Path) -> None:
    ordered = config(sentence_task="order", next_sentence=1)
    found = pretrain(tokens, None, out=tmp_path / "calm", config=ordered, run=QuietRun(seed=3))
    assert "val_nsp_loss" not in found
    assert 0 <= found["val_sop_accuracy"] <= 1
    with pytest.raises(Stopped):
        pretrain(tokens, None, out=tmp_path / "out", config=ordered, run=Stopping(seed=3))
    pretrain(tokens, None, out=tmp_path / "out", config=ordered, run=QuietRun(seed=3))
    assert digests(tmp_path / "calm") == digests(tmp_path / "out")
    with pytest.raises(LeafoutError, match="no head for the order"):
        pretrain(tokens, None, out=tmp_path / "no", config=config("modernbert", sentence_task="order"), run=QuietRun())


def with_marks(tokens: Path) -> Path:
    """The same tokens, the tokenizer with marks for spans."""
    tokenizer = load_tokenizer(tokens)
    add_sentinels(tokenizer, 8)
    tokenizer.save(str(tokens / "tokenizer.json"))
    return tokens


def test_a_t5_fills_in_spans_to_the_same_bytes_after_a_stop(tmp_path: Path, tokens: Path) -> None:
    spans = config("t5", model={"kind": "t5", **TINY, "dropout": 0.1}, budget={"steps": 60}, checkpoint_seconds=60)
    found = pretrain(with_marks(tokens), None, out=tmp_path / "calm", config=spans, run=QuietRun(seed=3))
    assert found["val_perplexity"] == pytest.approx(math.exp(found["val_loss"]))
    with pytest.raises(Stopped):
        pretrain(tokens, None, out=tmp_path / "out", config=spans, run=Stopping(seed=3))
    pretrain(tokens, None, out=tmp_path / "out", config=spans, run=QuietRun(seed=3))
    assert digests(tmp_path / "calm") == digests(tmp_path / "out")
    losses = [line["val_loss"] for line in lines_of(tmp_path / "out", "metrics") if "val_loss" in line]
    assert losses[-1] < losses[0] < 6
    assert {"before", "after", "was", "filling"} < lines_of(tmp_path / "out", "samples")[0].keys()
    T5ForConditionalGeneration.from_pretrained(tmp_path / "out")
    more = config(budget={"steps": 1}, model={}, peak_rate=1e-6)
    again = pretrain(tokens, tmp_path / "out", out=tmp_path / "more", config=more, run=QuietRun(seed=3))
    assert again["val_loss"] == pytest.approx(found["val_loss"], abs=0.01)


def test_a_t5_without_marks_or_with_too_few_is_refused(tmp_path: Path, tokens: Path) -> None:
    with pytest.raises(LeafoutError, match="no marks for spans"):
        pretrain(tokens, None, out=tmp_path / "out", config=config("t5"), run=QuietRun())
    long = config(model={"kind": "t5", **TINY, "max_tokens": 400})
    with pytest.raises(LeafoutError, match="marks for 8"):
        pretrain(with_marks(tokens), None, out=tmp_path / "out", config=long, run=QuietRun())


@pytest.mark.parametrize(("name", "figure"), [("roberta", "mlm_loss"), ("mistral", "bits_per_byte")])
def test_other_architectures_go_on_learning_and_keep_their_layout(
    tmp_path: Path, tokens: Path, name: str, figure: str
) -> None:
    given = tmp_path / "given"
    if name == "roberta":
        sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
        values = {"vocab_size": len(tiny_models.SPECIAL) + len(tiny_models.WORDS), "max_position_embeddings": 34}
        tiny_models.save(RobertaForMaskedLM(RobertaConfig(**sizes, **values, pad_token_id=0)), given)
    else:
        tiny_models.write_rotary(given, name)
    wanted = config(model={}, budget={"steps": 20}, checkpoint_seconds=60)
    found = pretrain(tokens, given, out=tmp_path / "calm", config=wanted, run=QuietRun(seed=3))
    assert f"val_{figure}" in found
    assert "val_nsp_loss" not in found
    losses = [line["val_loss"] for line in lines_of(tmp_path / "calm", "metrics") if "val_loss" in line]
    assert losses[-1] < losses[0]
    with pytest.raises(Stopped):
        pretrain(tokens, given, out=tmp_path / "out", config=wanted, run=Stopping(seed=3))
    pretrain(tokens, given, out=tmp_path / "out", config=wanted, run=QuietRun(seed=3))
    assert digests(tmp_path / "calm") == digests(tmp_path / "out")
    config_of = [
        json.loads((folder / "config.json").read_text(encoding="utf-8")) for folder in (given, tmp_path / "out")
    ]
    assert config_of[0]["architectures"] == config_of[1]["architectures"]
    again = pretrain(tokens, tmp_path / "out", out=tmp_path / "more", config=config(model={}), run=QuietRun(seed=3))
    assert again["parameters"] == found["parameters"]
    assert lines_of(tmp_path / "out", "samples")


def lines_of(folder: Path, name: str) -> list[dict[str, float]]:
    lines = (folder / "notes" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_folder_without_tokens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match=r"no `ids.npy`"):
        pretrain(tmp_path, None, out=tmp_path / "out", config=config())
