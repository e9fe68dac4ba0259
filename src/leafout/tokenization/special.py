"""Which ids mark the start, the end, padding and masks: found in the files that Hugging Face folders have."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from leafout.core.errors import LeafoutError
from leafout.tokenization.load import load_tokenizer

CONFIG_FILE = "tokenizer_config.json"
MAP_FILE = "special_tokens_map.json"
_MAX_BYTES = 16 << 20
_NAMES = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token", "bos_token", "eos_token")
_USUAL = {
    "pad_token": ("[PAD]", "<pad>", "<|pad|>"),
    "unk_token": ("[UNK]", "<unk>"),
    "cls_token": ("[CLS]",),
    "sep_token": ("[SEP]",),
    "mask_token": ("[MASK]", "<mask>"),
    "bos_token": ("<s>", "<|begin_of_text|>", "<bos>"),
    "eos_token": ("</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>"),
}
"""What tokens are called where no file says which is which."""


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids that are no text.

    Attributes:
        pad_id: fills up; the end's id where a tokenizer has none of its own.
        unk_id: stands for what the vocabulary lacks; None for a byte-level one.
        start_id, end_id: around a text: [CLS] and [SEP] of BERT, else begin and end of text; the same one where there
            is only one.
        mask_id: to be guessed; None where there is none.
        all_ids: these and every other special one.
    """

    pad_id: int
    unk_id: int | None
    start_id: int
    end_id: int
    mask_id: int | None
    all_ids: frozenset[int]


def special_tokens(folder: Path) -> SpecialTokens:
    """The special tokens of a tokenizer's folder.

    `tokenizer_config.json` speaks first, then `special_tokens_map.json`, then the usual names in `tokenizer.json`.

    Raises:
        LeafoutError: when a file is damaged, names a token that is not in the vocabulary, or no token marks the end.
    """
    return special_of(load_tokenizer(folder), _named(folder), where=str(folder))


def begins_texts(folder: Path) -> bool:
    """Whether the model of a folder reads the mark of the start before every text (`add_bos_token`).

    Raises:
        LeafoutError: when `tokenizer_config.json` is damaged.
    """
    return _read(folder / CONFIG_FILE).get("add_bos_token") is True


def special_of(tokenizer: Tokenizer, named: dict[str, str], *, where: str = "") -> SpecialTokens:
    """The special tokens of a tokenizer whose parts are named (`{"cls_token": "[CLS]"}`).

    Raises:
        LeafoutError: see `special_tokens`.
    """
    ids: dict[str, int] = {}
    for name in _NAMES:
        token = named.get(name)
        if token is not None:
            found = tokenizer.token_to_id(token)
            if found is None:
                raise LeafoutError(f"`{name}` is `{token}`, which the vocabulary lacks", where=where)
            ids[name] = found
    if not named:
        ids = _usual(tokenizer)
    start = _first(ids, "cls_token", "bos_token", "eos_token", "sep_token")
    end = _first(ids, "sep_token", "eos_token", "bos_token", "cls_token")
    if start is None or end is None:
        hint = f"name `eos_token` (or `cls_token` and `sep_token`) in `{CONFIG_FILE}`"
        raise LeafoutError("no token marks the end of a text", where=where, hint=hint)
    added = {place for place, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    return SpecialTokens(
        pad_id=ids.get("pad_token", end),
        unk_id=None if ids.get("unk_token") == end else ids.get("unk_token"),  # GPT-2 names its end as unknown too
        start_id=start,
        end_id=end,
        mask_id=ids.get("mask_token"),
        all_ids=frozenset(added | set(ids.values())),
    )


def _first(ids: dict[str, int], *names: str) -> int | None:
    return next((ids[name] for name in names if name in ids), None)


def _usual(tokenizer: Tokenizer) -> dict[str, int]:
    special = {token.content: place for place, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    found = {}
    for name, words in _USUAL.items():
        known = [special[word] for word in words if word in special]
        if known:
            found[name] = known[0]
    return found


def _named(folder: Path) -> dict[str, str]:
    named: dict[str, str] = {}
    for file in (MAP_FILE, CONFIG_FILE):
        for name, value in _read(folder / file).items():
            token = value.get("content") if isinstance(value, dict) else value
            if name in _NAMES and isinstance(token, str):
                named[name] = token
    return named


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        num_bytes = path.stat().st_size
        if num_bytes > _MAX_BYTES:
            raise LeafoutError(f"`{path.name}` has {num_bytes} bytes, the limit is {_MAX_BYTES}", where=str(path))
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise LeafoutError(f"`{path.name}` is not JSON: {error}", where=str(path)) from None
    except OSError as error:
        raise LeafoutError(f"cannot read `{path.name}`: {error.strerror}", where=str(path)) from None
    if not isinstance(values, dict):
        raise LeafoutError(f"`{path.name}` holds {type(values).__name__}, not an object", where=str(path))
    return values
