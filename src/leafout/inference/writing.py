"""Text as it grows token by token: whole characters only, and nothing that a stop string may yet take back."""

from collections.abc import Sequence

from tokenizers import Tokenizer

_BROKEN = "\ufffd"
_WINDOW = 8
"""Tokens of the prompt that decoding looks back on: word-start marks make a token's text depend on those before it."""


class Writing:
    """The completion of one prompt.

    Args:
        tokenizer: that decodes.
        prompt_ids: what the model read.
        stop: texts before which the completion ends.
    """

    def __init__(self, tokenizer: Tokenizer, prompt_ids: Sequence[int], stop: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        self._ids = [int(token) for token in prompt_ids[-_WINDOW:]]
        self._before, self._read = 0, len(self._ids)
        self._stop = [text for text in stop if text]
        self._held = ""
        self.text = ""
        self.num_tokens = 0
        self.stopped = False

    def add(self, token: int) -> str:
        """Append a token.

        Returns:
            The text that is certain now, often empty: a character may need several tokens, and what could become a stop
            string waits. Text and pieces hold no broken character.
        """
        self.num_tokens += 1
        self._ids.append(token)
        return self._settle(self._decoded(whole=False))

    def finish(self) -> str:
        """No more tokens come: the text that was held back."""
        if self.stopped:
            return ""
        piece = self._settle(self._decoded(whole=True)) + self._held
        self.text += self._held
        self._held = ""
        return piece

    def _decoded(self, *, whole: bool) -> str:
        """New text, once it ends in a whole character (or in any case); bounded work for each token."""
        before = self._tokenizer.decode(self._ids[self._before : self._read])
        now = self._tokenizer.decode(self._ids[self._before :])
        if not whole and (now.endswith(_BROKEN) or len(now) <= len(before)):
            return ""
        self._before, self._read = self._read, len(self._ids)
        piece: str = now[len(before) :]
        return piece.replace(_BROKEN, "")

    def _settle(self, piece: str) -> str:
        held = self._held + piece
        places = [place for place in (held.find(text) for text in self._stop) if place >= 0]
        if places:
            self.stopped, certain, self._held = True, held[: min(places)], ""
        else:
            keep = max((_overlap(held, text) for text in self._stop), default=0)
            certain, self._held = held[: len(held) - keep], held[len(held) - keep :]
        self.text += certain
        return certain


def _overlap(held: str, stop: str) -> int:
    """How many characters at the end of `held` may be the beginning of `stop`."""
    longest = min(len(held), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if held.endswith(stop[:size])), 0)
