"""More entries for a vocabulary that is taken over: words of a domain become tokens, and old ids stay what they are.

WordPiece gets entries; byte-level BPE gets merges behind all others until the word is one token; Unigram gets pieces
that are a little more probable than what the word was cut into. New ids begin after the largest old one. A word that
the tokenizer itself splits (a Chinese word in BERT's WordPiece, where each character stands alone) cannot be one token;
it is counted and told.
"""

import json
import re
from collections import ChainMap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tokenizers import Tokenizer

from leafout.core.errors import LeafoutError
from leafout.tokenization.load import num_ids

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_MARK = "▁"
_MORE_PROBABLE = 0.1
_NO_RANK = 1 << 60
_KINDS = ("WordPiece", "BPE", "Unigram")


@dataclass
class Extension:
    """What became of the words.

    Attributes:
        tokenizer: the longer one.
        first_id: of the new entries.
        entries: what was added, in the order of their ids; more than the words where a merge needs steps between.
        words: those that are one token now.
        known: those that were one token before.
        split: those that the tokenizer splits before its model sees them, or whose characters it does not know.
        left: those for which there was no room.
    """

    tokenizer: Tokenizer
    first_id: int
    entries: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def extend(tokenizer: Tokenizer, words: Iterable[str], *, size: int) -> Extension:
    """Add words to a vocabulary.

    Args:
        tokenizer: WordPiece, byte-level BPE or Unigram.
        words: the most wanted first; one with a space before it is wanted behind a space.
        size: new entries at most.

    Raises:
        LeafoutError: when the model is another one, or its ids leave no room behind them.
    """
    told = json.loads(tokenizer.to_str())
    model = told["model"]
    if model["type"] not in _KINDS:
        said = f"a vocabulary of {model['type']} cannot be extended"
        raise LeafoutError(said, where="[extend]", hint=f"possible: {', '.join(_KINDS)}")
    first_id = num_ids(tokenizer)
    if model["type"] == "Unigram" and first_id != len(model["vocab"]):
        said = (
            f"its pieces end at {len(model['vocab'])}, its ids at {first_id}: new pieces would take ids that are used"
        )
        raise LeafoutError(said, where="[extend]", hint="take the tokenizer without `extend`")
    made, growing = Extension(tokenizer, first_id), _Growing(told, tokenizer)
    for word in dict.fromkeys(words):
        piece = growing.piece(word)
        steps = [] if piece is None else growing.steps(piece)
        if piece is None:
            made.split.append(word)
        elif not steps:
            made.known.append(word)
        elif len(made.entries) + len(steps) > size:
            made.left.append(word)
        else:
            made.entries += growing.add(piece, steps, first_id + len(made.entries))
            made.words.append(word)
    made.tokenizer = growing.made()
    return made


class _Growing:
    """A vocabulary as JSON, and what its model makes of a word by now."""

    def __init__(self, told: dict[str, Any], tokenizer: Tokenizer) -> None:
        self._told, self._model = told, told["model"]
        self._kind = self._model["type"]
        vocabulary = self._model["vocab"]
        self._scores = dict(vocabulary) if self._kind == "Unigram" else {}
        self._entries = set(self._scores or vocabulary)
        self._normalizer, self._splitter = tokenizer.normalizer, tokenizer.pre_tokenizer
        self._letters = {
            letter for entry in self._entries for letter in entry if self._kind != "BPE" or len(entry) == 1
        }
        self._ranks: dict[tuple[str, str], int] = {}
        if self._kind == "BPE":
            pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in self._model["merges"]]
            self._ranks = {(left, right): rank for rank, (left, right) in enumerate(pairs)}
            self._model["merges"] = pairs

    def piece(self, word: str) -> str | None:
        """The word as the model sees it; None where it is cut before, or has a character that the model lacks."""
        text = self._normalizer.normalize_str(word) if self._normalizer else word
        parts = [part for part, _ in self._splitter.pre_tokenize_str(text)] if self._splitter else [text]
        if len(parts) != 1 or not parts[0].strip(_MARK):
            return None
        piece = parts[0]
        if self._kind == "Unigram" and _HAN.match(piece.removeprefix(_MARK)):
            piece = piece.removeprefix(_MARK)  # Chinese words stand behind other words, not behind spaces
        return piece if self._kind == "WordPiece" or set(piece) <= self._letters else None

    def steps(self, piece: str) -> list[tuple[str, str]]:
        """What must be added, as pairs to be merged (a pair with an empty side for an entry alone); none if known."""
        if self._kind != "BPE":
            return [] if piece in self._entries else [(piece, "")]
        steps: list[tuple[str, str]] = []
        while len(symbols := self._symbols(piece, steps)) > 1:
            steps.append((symbols[0], symbols[1]))
        return steps

    def add(self, piece: str, steps: list[tuple[str, str]], next_id: int) -> list[str]:
        """Add them; gives the new entries."""
        new = [entry for entry in dict.fromkeys(left + right for left, right in steps) if entry not in self._entries]
        if self._kind == "Unigram":
            score = self._best(piece) + _MORE_PROBABLE
            self._scores[piece] = score
            self._model["vocab"].append([piece, score])
        else:
            self._model["vocab"] |= {entry: next_id + place for place, entry in enumerate(new)}
        if self._kind == "BPE":
            for pair in steps:
                self._ranks[pair] = len(self._ranks)
                self._model["merges"].append(list(pair))
        self._entries.update(new)
        return new

    def made(self) -> Tokenizer:
        """The tokenizer of the vocabulary by now."""
        return Tokenizer.from_str(json.dumps(self._told, ensure_ascii=False))

    def _symbols(self, piece: str, steps: Sequence[tuple[str, str]]) -> list[str]:
        """A piece after all merges, `steps` behind those that are there."""
        ranks = ChainMap({pair: len(self._ranks) + place for place, pair in enumerate(steps)}, self._ranks)
        symbols = list(piece)
        while len(symbols) > 1:
            found = [ranks.get(pair, _NO_RANK) for pair in pairwise(symbols)]
            lowest = min(found)
            if lowest == _NO_RANK:
                break
            place = found.index(lowest)
            symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]
        return symbols

    def _best(self, piece: str) -> float:
        """The score of the most probable way to cut a piece."""
        best = [0.0, *[float("-inf")] * len(piece)]
        for end in range(1, len(piece) + 1):
            for start in range(end):
                score = self._scores.get(piece[start:end])
                if score is not None:
                    best[end] = max(best[end], best[start] + score)
        least = min(self._scores.values())
        return best[-1] if best[-1] > float("-inf") else least
