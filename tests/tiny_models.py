"""Tiny models with random weights and a tiny tokenizer, made by the reference library."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
)

from leafout.tasks.example import Example

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_CHINESE = "很好坏书房间快递小大的这本一不服务价格质量"
_ENGLISH = ("the", "room", "book", "was", "good", "bad", "and", "very", "a", "not", "to", "of", "it")
WORDS = (*_CHINESE, *_ENGLISH)
TEXTS = (
    "这本书很好",
    "房间很小, the room was bad",
    "好",
    "very good and not a bad book",
    "快递快 快递快 快递快 快递快 快递快 快递快 快递快 快递快",
    "the service of the room, 价格 不 好, it was not very good to the 一 的 这",
    "质量不好",
)


def write_bert(
    folder: Path,
    *,
    labels: tuple[str, ...] = ("差", "好"),
    layers: int = 2,
    width: int = 16,
    heads: int = 2,
    max_tokens: int = 32,
    pair: bool = False,
    seed: int = 0,
) -> BertForSequenceClassification:
    """Write a classifier with tokenizer and `task.json`; the model itself, to compare with."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=2 * width,
        max_position_embeddings=max_tokens,
        num_labels=len(labels),
    )
    model = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            spread = 0.05 if name.endswith("bias") else 0.5 / width**0.5
            parameter.add_(torch.randn_like(parameter) * spread)
    save(model, folder)
    task = {"task": "classify", "labels": list(labels), "max_tokens": max_tokens, "pair": pair}
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    return model


MODERN: dict[str, dict[str, Any]] = {
    "plain": {},
    "biased_mean": {"attention_bias": True, "mlp_bias": True, "classifier_bias": True, "classifier_pooling": "mean"},
    "far": {
        "layer_types": ["full_attention"] * 3,
        "norm_eps": 1e-3,
        "hidden_activation": "silu",
        "classifier_activation": "silu",
    },
}
"""ModernBERTs: what differs from the rest."""


def write_modern(folder: Path, name: str, *, masked: bool = False, labels: tuple[str, ...] = ("差", "好")) -> Any:
    """Write a ModernBERT of `MODERN` with tokenizer and `task.json`: a classifier, or a masked language model."""
    from transformers import ModernBertConfig, ModernBertForMaskedLM, ModernBertForSequenceClassification

    values = {
        "vocab_size": len(SPECIAL) + len(WORDS),
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "max_position_embeddings": 48,
        "local_attention": 6,
        "num_labels": len(labels),
        "pad_token_id": 0,
        "bos_token_id": 2,
        "eos_token_id": 3,
        "cls_token_id": 2,
        "sep_token_id": 3,
        "id2label": dict(enumerate(labels)),
        **MODERN[name],
    }
    torch.manual_seed(2)
    kind = ModernBertForMaskedLM if masked else ModernBertForSequenceClassification
    model = kind(ModernBertConfig(**values)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    save(model, folder)
    task = {"task": "classify", "labels": list(labels), "max_tokens": 48, "pair": False}
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    return model


def write_gpt(
    folder: Path, *, layers: int = 2, width: int = 16, max_tokens: int = 48, seed: int = 0
) -> GPT2LMHeadModel:
    """Write a causal model with tokenizer."""
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=len(SPECIAL) + len(WORDS),
        n_embd=width,
        n_layer=layers,
        n_head=2,
        n_positions=max_tokens,
        bos_token_id=2,
        eos_token_id=3,
    )
    model = GPT2LMHeadModel(config).eval()
    save(model, folder)
    return model


ROTARY: dict[str, dict[str, Any]] = {
    "llama": {},
    "llama_tied_biased": {"tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True},
    "llama_scaled": {
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 50.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16,
        },
    },
    "llama_wide_heads": {"head_dim": 12, "num_key_value_heads": 4, "hidden_act": "gelu"},
    "llama_linear": {"rope_parameters": {"rope_type": "linear", "rope_theta": 100.0, "factor": 3.0}},
    "qwen2": {"tie_word_embeddings": True},
    "qwen3": {"head_dim": 8, "rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},
    "qwen3_biased": {"head_dim": 6, "attention_bias": True, "rms_norm_eps": 1e-3},
}
"""Models in Llama's layout: the first word is the kind, the values what differs from the rest."""


def write_rotary(folder: Path, name: str) -> Any:
    """Write a causal model of `ROTARY` with tokenizer, or a `mistral` (which is none of ours)."""
    import transformers

    kinds = {"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3", "mistral": "Mistral"}
    kind = kinds[name.split("_", maxsplit=1)[0]]
    values = {
        "vocab_size": len(SPECIAL) + len(WORDS),
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 48,
        "bos_token_id": 2,
        "eos_token_id": 3,
        "pad_token_id": 0,
        **ROTARY.get(name, {}),
    }
    torch.manual_seed(2)
    model = getattr(transformers, f"{kind}ForCausalLM")(getattr(transformers, f"{kind}Config")(**values)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    save(model, folder)
    return model


def save(model: Any, folder: Path) -> None:
    """Save a transformers model beside the tiny tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer().save(str(folder / "tokenizer.json"))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(names), encoding="utf-8")
    (folder / "special_tokens_map.json").write_text(json.dumps(names), encoding="utf-8")


def tokenizer() -> Tokenizer:
    """Words and single Chinese characters, [CLS] and [SEP] around."""
    vocabulary = {word: place for place, word in enumerate([*SPECIAL, *WORDS])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.add_special_tokens(list(SPECIAL))
    return made


def examples(lengths: tuple[int, ...], *, seed: int = 0) -> list[Example]:
    """Random examples of given lengths, the second half of each in segment 1."""
    random = np.random.default_rng(seed)
    vocab_size = len(SPECIAL) + len(WORDS)
    return [
        Example(random.integers(0, vocab_size, n).astype(np.int32), (np.arange(n) > n // 2).astype(np.int8))
        for n in lengths
    ]


def reference_logits(model: BertForSequenceClassification, rows: list[Example]) -> NDArray[np.float32]:
    """What transformers answers, one row at a time."""
    with torch.no_grad():
        found = [
            model(
                input_ids=torch.tensor(row.ids, dtype=torch.long)[None],
                token_type_ids=torch.tensor(row.segments, dtype=torch.long)[None],
            ).logits[0]
            for row in rows
        ]
    logits: NDArray[np.float32] = torch.stack(found).numpy()
    return logits
