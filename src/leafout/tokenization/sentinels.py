"""The marks that stand for spans which were taken out of a text: `<extra_id_0>`, `<extra_id_1>`, ... as in T5."""

from tokenizers import AddedToken, Tokenizer

from leafout.core.errors import LeafoutError

_NAMES = ("<extra_id_{}>", "▁<extra_id_{}>")
"""As T5 has them, and as the vocabulary of mT5 has them."""


def sentinel_ids(tokenizer: Tokenizer, *, where: str = "") -> list[int]:
    """The ids of the first, second, ... mark.

    Raises:
        LeafoutError: when there is none.
    """
    for name in _NAMES:
        found: list[int] = []
        while (number := tokenizer.token_to_id(name.format(len(found)))) is not None:
            found.append(number)
        if found:
            return found
    hint = "tokenize with `sentinels: 100`; with `tokenizer: FOLDER` beside it for the vocabulary of a given model"
    raise LeafoutError("the tokenizer has no marks for spans (`<extra_id_0>`)", where=where, hint=hint)


def add_sentinels(tokenizer: Tokenizer, number: int) -> None:
    """Add so many marks behind all other ids, the first with the highest, as in T5; those that are there stay."""
    if tokenizer.token_to_id(_NAMES[1].format(number - 1)) is not None:
        return
    names = [_NAMES[0].format(place) for place in reversed(range(number))]
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in names])
