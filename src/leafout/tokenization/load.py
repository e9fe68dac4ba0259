"""Load a tokenizer from a folder: size-bounded, checked, without padding or truncation of its own."""

from pathlib import Path

from tokenizers import Tokenizer

from leafout.core.errors import LeafoutError

TOKENIZER_FILE = "tokenizer.json"
MAX_BYTES = 128 << 20
MAX_IDS = 4_000_000
"""More ids than any published vocabulary has; an id beyond is damage."""
_STRANGE = "a 的 𒀀"
"""A cuneiform letter is in hardly any vocabulary: a WordPiece without its unknown token fails here and not later."""


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer in a folder, ours or any Hugging Face one.

    Raises:
        LeafoutError: when `tokenizer.json` is absent, too large or damaged.
    """
    path = folder / TOKENIZER_FILE
    try:
        num_bytes = path.stat().st_size
        if num_bytes > MAX_BYTES:
            raise LeafoutError(f"`{TOKENIZER_FILE}` has {num_bytes} bytes, the limit is {MAX_BYTES}", where=str(path))
        data = path.read_bytes()
    except FileNotFoundError:
        hint = "give a folder that `tokenize` made, or a Hugging Face one that has the file"
        raise LeafoutError(f"there is no `{TOKENIZER_FILE}`", where=str(folder), hint=hint) from None
    except OSError as error:
        raise LeafoutError(f"cannot read `{TOKENIZER_FILE}`: {error.strerror}", where=str(path)) from None
    try:
        tokenizer = Tokenizer.from_buffer(data)
        tokenizer.encode(_STRANGE)
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise LeafoutError(f"`{TOKENIZER_FILE}` is no tokenizer: {said}", where=str(path)) from None
    check_ids(tokenizer, where=str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def check_ids(tokenizer: Tokenizer, *, where: str = "") -> None:
    """Refuse a vocabulary that is empty or has ids beyond reason.

    Raises:
        LeafoutError: with the number.
    """
    top = num_ids(tokenizer)
    if not 1 <= top <= MAX_IDS:
        raise LeafoutError(f"the vocabulary has {top} ids, possible are 1 to {MAX_IDS}", where=where)


def num_ids(tokenizer: Tokenizer) -> int:
    """One more than the largest id; at least the size of the vocabulary, more where it has holes."""
    return max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1) + 1
