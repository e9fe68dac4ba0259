import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    DebertaV2Config,
    DebertaV2ForMaskedLM,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    MT5Config,
    MT5ForConditionalGeneration,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaModel,
)

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.models.stream import Stream
from leafout.tasks.example import Example, collate
from leafout.training.foreign_text import (
    ForeignCausal,
    ForeignMasked,
    ForeignSpans,
    ForeignText,
    grow_foreign,
    load_text_model,
)

VOCAB = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)
SMALL: dict[str, Any] = {
    "vocab_size": VOCAB,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 50,
    "pad_token_id": 0,
}


def made(name: str) -> Any:
    torch.manual_seed(0)
    match name:
        case "roberta":
            return RobertaForMaskedLM(RobertaConfig(**SMALL)).eval()
        case "deberta":
            return DebertaV2ForMaskedLM(DebertaV2Config(**SMALL, relative_attention=True)).eval()
        case "gpt_neox":
            return GPTNeoXForCausalLM(GPTNeoXConfig(**SMALL, bos_token_id=2, eos_token_id=3)).eval()
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
    return MT5ForConditionalGeneration(MT5Config(vocab_size=VOCAB, **sizes, decoder_start_token_id=0)).eval()


def loaded(name: str, folder: Path) -> tuple[Any, ForeignText]:
    model = made(name)
    tiny_models.save(model, folder)
    return model, load_text_model(folder, pad_id=0).eval()


@pytest.mark.parametrize(
    ("name", "kind", "longest"),
    [
        ("roberta", ForeignMasked, 48),
        ("deberta", ForeignMasked, 50),
        ("gpt_neox", ForeignCausal, 50),
        ("mt5", ForeignSpans, 512),
    ],
)
def test_a_folder_is_loaded_as_what_it_is_for(tmp_path: Path, name: str, kind: type, longest: int) -> None:
    model, foreign = loaded(name, tmp_path)
    assert type(foreign) is kind
    assert (foreign.dims.vocab_size, foreign.dims.width, foreign.dims.max_tokens) == (VOCAB, 16, longest)
    foreign.save(tmp_path / "again")
    again = load_text_model(tmp_path / "again", pad_id=0)
    assert type(again.model) is type(model)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("name", ["roberta", "deberta", "gpt_neox"])
def test_padding_changes_no_logit(tmp_path: Path, name: str) -> None:
    model, foreign = loaded(name, tmp_path)
    rows = [Example(row.ids, np.zeros_like(row.segments)) for row in tiny_models.examples((3, 9, 9, 1))]
    with torch.no_grad():
        alone = torch.cat([model(torch.tensor(row.ids.astype(np.int64))[None]).logits[0] for row in rows])
        stream = Stream.of(collate(rows))
        if isinstance(foreign, ForeignCausal):
            together = foreign.logits(foreign.hidden(stream))
        else:
            assert isinstance(foreign, ForeignMasked)
            together = foreign.guess(foreign.encode(stream))
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_padding_changes_no_answer(tmp_path: Path) -> None:
    model, foreign = loaded("mt5", tmp_path)
    assert isinstance(foreign, ForeignSpans)
    inputs, targets = tiny_models.examples((3, 9, 5)), tiny_models.examples((4, 1, 6), seed=1)
    with torch.no_grad():
        together = foreign.answers(Stream.of(collate(inputs)), Stream.of(collate(targets)))
        alone = [
            model(
                input_ids=torch.tensor(text.ids.astype(np.int64))[None],
                labels=torch.tensor(answer.ids.astype(np.int64))[None],
            ).logits[0]
            for text, answer in zip(inputs, targets, strict=True)
        ]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=0)


def test_writing_on_reads_what_was_written(tmp_path: Path) -> None:
    model, foreign = loaded("gpt_neox", tmp_path)
    assert isinstance(foreign, ForeignCausal)
    (row,) = tiny_models.examples((5,))
    with torch.no_grad():
        logits, read = foreign.prefill(Stream.of(collate([row])), places=8)
        token = logits.argmax(-1)
        after = foreign.step(token, read)
        ids = torch.cat([torch.tensor(row.ids.astype(np.int64)), token])
        wanted = model(ids[None]).logits[0]
    torch.testing.assert_close(logits[0], wanted[-2], atol=1e-5, rtol=0)
    torch.testing.assert_close(after[0], wanted[-1], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["roberta", "gpt_neox", "mt5"])
def test_new_rows_are_the_means_of_their_pieces(tmp_path: Path, name: str) -> None:
    _, foreign = loaded(name, tmp_path)
    model: Any = foreign.model
    old = model.get_input_embeddings().weight.detach().clone()
    out = model.get_output_embeddings().weight.detach().clone()
    grow_foreign(foreign, {VOCAB: [5, 6], VOCAB + 1: []}, VOCAB + 2)
    words, output = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    assert foreign.dims.vocab_size == len(words) == len(output) == VOCAB + 2
    assert torch.equal(words[:VOCAB], old)
    torch.testing.assert_close(words[VOCAB], old[[5, 6]].mean(0))
    torch.testing.assert_close(words[VOCAB + 1], old.mean(0))
    torch.testing.assert_close(output[VOCAB], out[[5, 6]].mean(0))
    foreign.save(tmp_path / "grown")
    assert load_text_model(tmp_path / "grown", pad_id=0).dims.vocab_size == VOCAB + 2


def test_code_of_its_own_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"model_type": "roberta", "auto_map": {"AutoModel": "m.M"}}', encoding="utf-8")
    with pytest.raises(LeafoutError, match="code of its own"):
        load_text_model(tmp_path, pad_id=0)


def test_a_pickle_is_not_loaded(tmp_path: Path) -> None:
    loaded("roberta", tmp_path)
    (tmp_path / "model.safetensors").unlink()
    torch.save(made("roberta").state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(LeafoutError, match="cannot load the model"):
        load_text_model(tmp_path, pad_id=0)


def test_a_model_without_a_language_head_is_refused(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tiny_models.save(RobertaModel(RobertaConfig(**SMALL)), tmp_path)
    with pytest.raises(LeafoutError, match="lack") as error:
        load_text_model(tmp_path, pad_id=0)
    assert "language head" in error.value.hint


def test_an_architecture_without_language_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vit"}), encoding="utf-8")
    with pytest.raises(LeafoutError, match="no language model for `vit`"):
        load_text_model(tmp_path, pad_id=0)
