"""Tiny packed tokens in Chinese and English, as `tokenize` leaves them, with the tiny tokenizer."""

import json
from pathlib import Path

import numpy as np

import tiny_models
from leafout.tokenization.shards import ShardWriter

_PATTERNS = (("这", "本", "书", "很", "好"), ("the", "room", "was", "very", "good"), ("房", "间", "不", "大"))


def write_tokens(folder: Path, *, documents: int = 40, seed: int = 3) -> Path:
    """Write tokenizer, `train/` and `val/`: sentences of a few patterns that a tiny model can learn."""
    random = np.random.default_rng(seed)
    places = {word: place for place, word in enumerate([*tiny_models.SPECIAL, *tiny_models.WORDS])}
    for part, number in (("train", documents), ("val", documents // 4)):
        with ShardWriter(folder / part, num_ids=len(places)) as writer:
            for _ in range(number):
                kinds = random.integers(0, len(_PATTERNS), int(random.integers(2, 7)))
                sentences = [[places[word] for word in _PATTERNS[kind]] for kind in kinds]
                ids = np.array([token for sentence in sentences for token in sentence], np.int32)
                writer.write(ids, np.array([len(sentence) for sentence in sentences]), np.array([len(sentences)]))
    tiny_models.tokenizer().save(str(folder / "tokenizer.json"))
    names = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        (folder / name).write_text(json.dumps(names), encoding="utf-8")
    return folder
