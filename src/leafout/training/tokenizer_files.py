"""The tokenizer of a model goes where the model goes."""

from pathlib import Path

from leafout.core.durable import write_json, write_whole
from leafout.core.plain_json import read_object
from leafout.tokenization.special import CONFIG_FILE

NAMES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt")


def copy_tokenizer(source: Path, out: Path, *, begins_texts: bool = False) -> None:
    """Copy the tokenizer files that a folder has.

    Args:
        source: the folder.
        out: receives them.
        begins_texts: the model has read the mark of the start before every text: `add_bos_token` says so.
    """
    for name in NAMES:
        if (source / name).is_file():
            write_whole(out / name, (source / name).read_bytes())
    if begins_texts:
        path = out / CONFIG_FILE
        write_json(path, (read_object(path) if path.is_file() else {}) | {"add_bos_token": True})
