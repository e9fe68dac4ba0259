from pathlib import Path
from typing import Any

import pytest
from transformers import BertConfig, GPT2Config

from leafout.core.errors import LeafoutError
from leafout.models.config import Dims
from leafout.models.folder_config import causal_config, dims_of, encoder_config

BERT = Dims("bert", 11, layers=2, width=8, heads=2, ffn=12, max_tokens=6, dropout=0.25, pad_id=0)
GPT = Dims("gpt", 11, layers=2, width=8, heads=2, ffn=12, max_tokens=6, epsilon=1e-5, start_id=3, end_id=3)
PATH = Path("config.json")


def test_what_is_written_is_read_again() -> None:
    assert dims_of(encoder_config(BERT, "masked"), "bert", PATH) == BERT
    assert dims_of(causal_config(GPT), "gpt", PATH) == GPT


def test_a_config_of_transformers_is_read() -> None:
    bert = dims_of(BertConfig(pad_token_id=0).to_dict(), "bert", PATH)
    assert (bert.layers, bert.width, bert.ffn, bert.max_tokens, bert.dropout) == (12, 768, 3072, 512, 0.1)
    gpt = dims_of(GPT2Config().to_dict(), "gpt", PATH)
    assert (gpt.layers, gpt.width, gpt.ffn, gpt.activation, gpt.end_id) == (12, 768, 3072, "gelu_new", 50256)


def test_labels_are_numbered_from_nought() -> None:
    config = encoder_config(BERT, "classifier", ["差", "good"])
    assert config["id2label"] == {"0": "差", "1": "good"}
    assert config["label2id"] == {"差": 0, "good": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "roberta"},
        {"model_type": None},
        {"hidden_size": 10**9},
        {"hidden_size": True},
        {"hidden_size": "8"},
        {"hidden_size": 9},
        {"num_hidden_layers": 0},
        {"num_hidden_layers": 10**6},
        {"vocab_size": -1},
        {"max_position_embeddings": 1e3},
        {"type_vocab_size": 10**6},
        {"hidden_act": "gelu_fast"},
        {"hidden_act": ["gelu"]},
        {"layer_norm_eps": "1e-12"},
        {"layer_norm_eps": -1},
        {"hidden_dropout_prob": 2},
        {"position_embedding_type": "relative_key"},
        {"is_decoder": True},
        {"pad_token_id": "0"},
        {"pad_token_id": 2**40},
    ],
    ids=str,
)
def test_what_we_do_not_compute_or_bound_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError, match=next(iter(change)) if change != {"hidden_size": 9} else "shared"):
        dims_of(encoder_config(BERT, "masked") | change, "bert", PATH)


@pytest.mark.parametrize("change", [{"scale_attn_by_inverse_layer_idx": True}, {"tie_word_embeddings": False}], ids=str)
def test_a_gpt_that_computes_otherwise_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError, match=next(iter(change))):
        dims_of(causal_config(GPT) | change, "gpt", PATH)
