"""What a vocabulary that was extended has more than before, and as which pieces its new words stood."""

from tokenizers import Tokenizer

_REPLACEMENT = "\ufffd"


def new_tokens(old: Tokenizer, new: Tokenizer) -> dict[int, list[int]] | None:
    """The ids that are new, each with the old ids its text was cut into.

    Args:
        old: the tokenizer that a model was made with.
        new: the same or a longer one.

    Returns:
        Empty for equal vocabularies; None where an old token is missing or has another id. A token that is no text by
        itself (half a character) has no pieces.
    """
    before, now = old.get_vocab(with_added_tokens=True), new.get_vocab(with_added_tokens=True)
    if any(now.get(token) != number for token, number in before.items()):
        return None
    added = sorted(number for token, number in now.items() if token not in before)
    return {number: _pieces(old, new, number) for number in added}


def _pieces(old: Tokenizer, new: Tokenizer, number: int) -> list[int]:
    text = new.decode([number], skip_special_tokens=False)
    token = new.id_to_token(number) or ""
    text = text or token
    if _REPLACEMENT in text:
        return []
    ids: list[int] = old.encode(text.removeprefix("##"), add_special_tokens=False).ids
    return ids
