"""A tokenizer as files that `transformers.AutoTokenizer` loads: write a new one, copy one that is there."""

from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models

from leafout.core.durable import json_bytes, write_whole
from leafout.core.errors import LeafoutError
from leafout.tokenization.load import TOKENIZER_FILE
from leafout.tokenization.special import CONFIG_FILE, MAP_FILE, special_tokens

FILES = (TOKENIZER_FILE, CONFIG_FILE, MAP_FILE)
_MAX_BYTES = 128 << 20
_NO_LIMIT = 10**30
"""What transformers writes where a tokenizer knows no longest text; the model's config says it."""


def write_tokenizer(tokenizer: Tokenizer, folder: Path, *, named: dict[str, str], lowercase: bool) -> None:
    """Write `tokenizer.json`, `tokenizer_config.json` and `special_tokens_map.json`.

    Args:
        tokenizer: what to write.
        folder: made when it is not there.
        named: which token is which, such as `{"cls_token": "[CLS]"}`.
        lowercase: as it was trained; said in the config for tools that build BERT's own classes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / TOKENIZER_FILE, (tokenizer.to_str(pretty=True) + "\n").encode())
    about: dict[str, Any] = {
        **named,
        "clean_up_tokenization_spaces": False,
        "model_max_length": _NO_LIMIT,
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_input_names": ["input_ids", "attention_mask"],
    }
    if "cls_token" in named:
        about["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    if isinstance(tokenizer.model, models.WordPiece):
        about |= {
            "tokenizer_class": "BertTokenizer",
            "do_lower_case": lowercase,
            "strip_accents": None,
            "tokenize_chinese_chars": True,
        }
    write_whole(folder / CONFIG_FILE, json_bytes(about))
    write_whole(folder / MAP_FILE, json_bytes(named))


def tokenizer_files(folder: Path) -> dict[str, Path]:
    """The files of the tokenizer in a folder, by name.

    Raises:
        LeafoutError: when there is no `tokenizer.json`.
    """
    found = {name: folder / name for name in FILES if (folder / name).is_file()}
    if TOKENIZER_FILE not in found:
        hint = "give a folder that `tokenize` made, or a Hugging Face one that has the file"
        raise LeafoutError(f"there is no `{TOKENIZER_FILE}`", where=str(folder), hint=hint)
    return found


def copy_tokenizer(source: Path, folder: Path) -> None:
    """Copy a tokenizer's files byte by byte; special tokens that no file names are written out.

    Raises:
        LeafoutError: when a file is absent, too large or damaged.
    """
    special_tokens(source)
    found = tokenizer_files(source)
    for name, path in found.items():
        num_bytes = path.stat().st_size
        if num_bytes > _MAX_BYTES:
            raise LeafoutError(f"`{name}` has {num_bytes} bytes, the limit is {_MAX_BYTES}", where=str(path))
        write_whole(folder / name, path.read_bytes())
    if CONFIG_FILE not in found:
        write_whole(folder / CONFIG_FILE, json_bytes({"tokenizer_class": "PreTrainedTokenizerFast"}))


def replace_vocabulary(folder: Path, tokenizer: Tokenizer) -> None:
    """Write another `tokenizer.json` into a folder of tokenizer files that stay as they are."""
    write_whole(folder / TOKENIZER_FILE, (tokenizer.to_str(pretty=True) + "\n").encode())
