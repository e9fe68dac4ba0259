"""Examples of what a vocabulary holds and does: entries, and sentences cut into tokens."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from leafout.text.language import coarse, language
from leafout.text.sentences import sentences
from leafout.tokenization.counts import GROUPS, Counts

_SHOWN = 20
_SENTENCES = 5
_SENTENCE_CHARS = (12, 120)


def entries(tokenizer: Tokenizer, counts: Counts, sample: Sequence[tuple[str, str | None]]) -> dict[str, Any]:
    """The longest entries, the most frequent by language, the rarest that are used, and samples of both languages.

    Args:
        tokenizer: of the vocabulary.
        counts: of the train part.
        sample: texts with their languages, from all over it.
    """
    named = {place: entry for entry, place in tokenizer.get_vocab(with_added_tokens=True).items()}
    special = set(tokenizer.get_added_tokens_decoder())
    plain = [place for place in named if place not in special]
    shown = {place: _shown(tokenizer, place, named[place]) for place in plain}
    ids_V = counts.ids_V
    used = sorted((place for place in plain if ids_V[place]), key=lambda place: (int(ids_V[place]), place))
    return {
        "longest": sorted({shown[place] for place in plain}, key=lambda entry: (-len(entry), entry))[:_SHOWN],
        "most_frequent": {
            group: _most(counts.ids_GV[row], shown) for row, group in enumerate(GROUPS) if counts.ids_GV[row].any()
        },
        "rarest_used": [[shown[place], int(ids_V[place])] for place in used[:_SHOWN]],
        "never_used": sum(1 for place in plain if not ids_V[place]),
        "characters": _coverage(tokenizer, [text for text, _ in sample]),
        "sentences": _segmented(tokenizer, sample),
    }


def _shown(tokenizer: Tokenizer, place: int, entry: str) -> str:
    """An entry as text; what is no character alone stays as the vocabulary spells it."""
    text: str = tokenizer.decode([place], skip_special_tokens=False)
    return entry if not text.strip("\ufffd") or entry.startswith(("##", "▁")) else text


def _most(ids_V: np.ndarray[tuple[int, ...], np.dtype[np.int64]], shown: dict[int, str]) -> list[list[Any]]:
    order = np.lexsort((np.arange(len(ids_V)), -ids_V))
    places = [place for place in order.tolist() if ids_V[place] and place in shown]
    return [[shown[place], int(ids_V[place])] for place in places[:_SHOWN]]


def _coverage(tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, float]:
    """Different characters of the sample, and the share of them that are no unknown token by themselves."""
    found = sorted(character for character in set[str]().union(*texts) if not character.isspace())
    unknown = {tokenizer.token_to_id(name) for name in ("[UNK]", "<unk>")}
    cut = tokenizer.encode_batch_fast(found, add_special_tokens=False)
    known = sum(1 for one in cut if one.ids and not unknown.intersection(one.ids))
    return {"different": float(len(found)), "known_fraction": round(known / max(len(found), 1), 4)}


def _segmented(tokenizer: Tokenizer, sample: Sequence[tuple[str, str | None]]) -> dict[str, list[list[str]]]:
    """A few sentences of each language as their tokens."""
    found: dict[str, list[list[str]]] = {"zh": [], "en": []}
    least, most = _SENTENCE_CHARS
    for text, known in sample:
        some = found.get(coarse(known or language(text)))
        if some is None or len(some) >= _SENTENCES:
            continue
        sentence = next((one for one in sentences(text) if least <= len(one) <= most), None)
        if sentence:
            encoding = tokenizer.encode(sentence, add_special_tokens=False)
            some.append(
                [_shown(tokenizer, place, token) for place, token in zip(encoding.ids, encoding.tokens, strict=True)]
            )
    return found
