"""The tokenizer of a model goes where the model goes."""

from pathlib import Path

from leafout.core.durable import write_whole

NAMES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt")


def copy_tokenizer(source: Path, out: Path) -> None:
    """Copy the tokenizer files that a folder has."""
    for name in NAMES:
        if (source / name).is_file():
            write_whole(out / name, (source / name).read_bytes())
