"""What pre-training is made of: text as tokens, a model to start from, and objective, data and samples for its kind.

Legend: V vocabulary.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from leafout.core.errors import LeafoutError
from leafout.models.config import CAUSAL, ENCODERS, ModelConfig
from leafout.models.decoder import CausalModel
from leafout.models.grow import grow_vocabulary
from leafout.models.heads import MaskedModel
from leafout.models.load import dims_in, is_ours, load_causal, load_masked
from leafout.models.new import new_causal, new_masked
from leafout.models.new_t5 import new_t5
from leafout.models.save import save_model
from leafout.tasks.causal import Documents
from leafout.tasks.losses.causal import CausalObjective
from leafout.tasks.losses.mlm import MaskedObjective
from leafout.tasks.losses.spans import SpanObjective
from leafout.tasks.masking import MaskRules, mask_rules
from leafout.tasks.mlm import MaskedPairs, PairMarks
from leafout.tasks.pairs import SentenceTask
from leafout.tasks.spans import CorruptedSpans, SpanRules
from leafout.tokenization.extended import new_tokens
from leafout.tokenization.load import load_tokenizer, num_ids
from leafout.tokenization.sentinels import sentinel_ids
from leafout.tokenization.shards import TokenShards, read_shards
from leafout.tokenization.special import SpecialTokens, special_tokens
from leafout.training.batches import Data, fingerprint
from leafout.training.foreign_text import ForeignCausal, ForeignSpans, ForeignText, grow_foreign, load_text_model
from leafout.training.samples import Show, filled_spans, masked_guesses, written_texts

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn

    from leafout.training.job import Objective

Taught = MaskedModel | CausalModel | ForeignText
RATE_BY_WIDTH = 0.25
"""Peak rate times width: 0.001 for a width of 256, 0.0003 for 768."""
_NEXT_SENTENCE = 0.1
"""Weight of a BERT's loss of pairs; see docs/concepts/starting-weights.md."""
_COUNTED = 1 << 24
"""Tokens counted at once."""
_VAL_SEED = 0
"""Masks and pairs of `val` are the same in every run, so that losses can be compared."""


@dataclass(frozen=True)
class Text:
    """Tokens to learn from, and the tokenizer that made them."""

    folder: Path
    tokenizer: "Tokenizer"
    specials: SpecialTokens
    train: TokenShards
    val: TokenShards

    @property
    def vocab_size(self) -> int:
        """One more than the tokenizer's largest id; some between may stand for nothing."""
        return num_ids(self.tokenizer)

    def fingerprint(self) -> str:
        """The sha256 of all tokens."""
        sides = (self.train, self.val)
        return fingerprint(*(values for side in sides for values in (side.ids, side.sentences, side.documents)))


@dataclass(frozen=True)
class Lesson:
    """What a kind of model is taught with."""

    objective: "Objective"
    train: Data
    val: Data
    show: Show


def read_text(folder: Path) -> Text:
    """The text in an artifact of `tokenize`.

    Raises:
        LeafoutError: when a part is absent or has no tokens.
    """
    parts = {side: read_shards(folder / side) for side in ("train", "val")}
    for side, shards in parts.items():
        if not len(shards.ids):
            hint = "give `split` a larger fraction for it, or more text"
            raise LeafoutError(f"`{side}` has no tokens", where=str(folder / side), hint=hint)
    return Text(folder, load_tokenizer(folder), special_tokens(folder), parts["train"], parts["val"])


def first_model(text: Text, given: Path | None, shape: ModelConfig, *, seed: int) -> Taught:
    """A model with random weights of a shape, or the given one to go on from; computed by transformers if not by us.

    A given model whose vocabulary the text's extends grows; the new tokens start at the mean of their pieces.

    Raises:
        LeafoutError: when the given model has another vocabulary than the text, or cannot be loaded.
    """
    if given is None and shape.kind == "t5":
        inner = new_t5(shape, text.vocab_size, text.specials, seed)
        return ForeignSpans(inner, pad_id=text.specials.pad_id, max_tokens=shape.max_tokens)
    if given is None:
        if shape.kind in CAUSAL:
            return new_causal(shape, text.vocab_size, text.specials, seed)
        fresh = new_masked(shape, text.vocab_size, text.specials, seed)
        with torch.no_grad():
            fresh.bias.copy_(log_frequencies(text))
        return fresh
    if not is_ours(given, *CAUSAL, *ENCODERS):
        foreign = load_text_model(given, pad_id=text.specials.pad_id)
        pieces = _new_pieces(text, given, foreign.dims.vocab_size)
        if pieces:
            grow_foreign(foreign, pieces, max(foreign.dims.vocab_size, text.vocab_size))
        return foreign
    dims = dims_in(given)
    pieces = _new_pieces(text, given, dims.vocab_size)
    model = load_causal(given) if dims.kind in CAUSAL else load_masked(given, seed=seed)
    if pieces:
        grow_vocabulary(model, pieces, max(dims.vocab_size, text.vocab_size))
    return model


def _new_pieces(text: Text, given: Path, vocab_size: int) -> dict[int, list[int]]:
    """The tokens of the text that a given model has not, as pieces that it has."""
    own = load_tokenizer(given) if (given / "tokenizer.json").is_file() else None
    pieces = {} if own is None else new_tokens(own, text.tokenizer)
    if pieces is None or (own is None and vocab_size < text.vocab_size):
        message = f"the text has other tokens ({text.vocab_size}) than the model ({vocab_size})"
        hint = f"tokenize with `tokenizer: {given}`; `extend` adds words to it"
        raise LeafoutError(message, where=str(given), hint=hint)
    return pieces


def begins_texts(model: object) -> bool:
    """Whether texts begin with a mark and the model's folder does not say so by its kind, as that of a GPT-2 does."""
    return isinstance(model, ForeignCausal) or (isinstance(model, CausalModel) and model.dims.rope is not None)


def save(model: "nn.Module", out: Path) -> None:
    """Write config and weights in Hugging Face layout."""
    if isinstance(model, ForeignText):
        model.save(out)
    else:
        save_model(model, out)


def log_frequencies(text: Text) -> torch.Tensor:
    """The logarithm of each token's share of the training text [V], its mean 0.

    A BERT that starts with it as the bias of its guesses need not spend its first steps on which tokens are frequent.
    Tokens that do not occur count half an occurrence.
    """
    ids, size = text.train.ids, text.vocab_size
    counts_V = np.full(size, 0.5)
    for first in range(0, len(ids), _COUNTED):
        counts_V += np.bincount(ids[first : first + _COUNTED], minlength=size)
    logs_V = np.log(counts_V)
    return torch.from_numpy(logs_V - logs_V.mean()).float()


def next_sentence_of(model: Taught, wanted: float | None, task: SentenceTask = "next") -> float:
    """The weight of the loss of pairs; none where a model has no head for it.

    Raises:
        LeafoutError: when it is wanted of a model that has no head for it.
    """
    if isinstance(model, MaskedModel) and model.dims.near is None:
        return _NEXT_SENTENCE if wanted is None else wanted
    if task == "order":
        hint = "leave it out"
        raise LeafoutError("this model has no head for the order of sentences", where="[sentence_task]", hint=hint)
    if wanted:
        raise LeafoutError("this model has no head for next sentences", where="[next_sentence]", hint="leave it out")
    return 0.0


def masked_lesson(
    text: Text,
    rules: MaskRules,
    *,
    device: str,
    seed: int,
    max_tokens: int,
    next_sentence: float,
    short_fraction: float,
    task: SentenceTask = "next",
) -> Lesson:
    """MLM and NSP, or SOP.

    Args:
        text: what is read.
        rules: what is masked.
        device: of the model.
        seed: of pairs and masks.
        max_tokens: of an example.
        next_sentence: weight of the loss of pairs.
        short_fraction: see `pairs_of`.
        task: what is asked of pairs.
    """
    marks = PairMarks(cls_id=text.specials.start_id, sep_id=text.specials.end_id)
    train, val = (
        MaskedPairs(side, rules, marks, max_tokens=max_tokens, seed=key, short_fraction=short_fraction, task=task)
        for side, key in ((text.train, seed), (text.val, _VAL_SEED))
    )
    objective = MaskedObjective(device=device, next_sentence=next_sentence, task="order" if task == "order" else "next")
    show = masked_guesses(text.tokenizer, text.specials, device=device)
    return Lesson(objective, train, val, show)


def rules_of(text: Text, *, fraction: float, whole_words: bool) -> MaskRules:
    """What may be masked in a text, and by what.

    Raises:
        LeafoutError: when the tokenizer has no [MASK].
    """
    specials = text.specials
    if specials.mask_id is None:
        hint = "a BERT needs `tokenize: {kind: wordpiece}`; or pretrain `model: {kind: gpt}`"
        raise LeafoutError("the tokenizer has no token to mask with", where=str(text.folder), hint=hint)
    return mask_rules(
        text.tokenizer,
        special_ids=specials.all_ids,
        mask_id=specials.mask_id,
        whole_words=whole_words,
        fraction=fraction,
    )


def causal_lesson(text: Text, *, device: str, seed: int, max_tokens: int) -> Lesson:
    """The next token.

    Args:
        text: what is read.
        device: of the model.
        seed: of the cuts of long documents, and of sample texts.
        max_tokens: of a piece.
    """
    ends = {"start_id": text.specials.start_id, "end_id": text.specials.end_id}
    train, val = (
        Documents(side, **ends, max_tokens=max_tokens, seed=key)
        for side, key in ((text.train, seed), (text.val, _VAL_SEED))
    )
    show = written_texts(text.tokenizer, text.specials, device=device, seed=seed)
    return Lesson(CausalObjective(device=device, bytes_V=bytes_of_tokens(text)), train, val, show)


def span_lesson(text: Text, *, fraction: float, mean_tokens: float, device: str, seed: int, max_tokens: int) -> Lesson:
    """Spans to be filled in.

    Args:
        text: what is read.
        fraction: of the tokens that are taken out.
        mean_tokens: of a span.
        device: of the model.
        seed: of cuts and spans.
        max_tokens: of either side of an example.

    Raises:
        LeafoutError: when the tokenizer has fewer marks than a text has spans.
    """
    sentinels = sentinel_ids(text.tokenizer, where=str(text.folder))
    rules = SpanRules(np.array(sentinels, np.int64), text.specials.end_id, fraction, mean_tokens)
    spans = int(rules.counts(np.array([rules.longest(max_tokens)]))[1][0])
    if spans > len(sentinels):
        message = f"a text of {max_tokens} tokens has {spans} spans, the tokenizer marks for {len(sentinels)}"
        hint = f"tokenize with `sentinels: {spans}`, or give a smaller `max_tokens`"
        raise LeafoutError(message, where="[max_tokens]", hint=hint)
    train, val = (
        CorruptedSpans(side, rules, max_tokens=max_tokens, seed=key)
        for side, key in ((text.train, seed), (text.val, _VAL_SEED))
    )
    show = filled_spans(text.tokenizer, text.specials, sentinel_id=sentinels[0], device=device)
    return Lesson(SpanObjective(device=device), train, val, show)


def bytes_of_tokens(text: Text) -> torch.Tensor:
    """How many UTF-8 bytes of text each token stands for [V]; special ones for none.

    Exact for byte-level tokenizers, whose tokens have a character a byte; for others white space is not counted.
    """
    decoder = json.loads(text.tokenizer.to_str())["decoder"] or {}
    byte_level = decoder.get("type") == "ByteLevel"
    sizes = [0] * text.vocab_size
    for token, index in text.tokenizer.get_vocab(with_added_tokens=True).items():
        if index not in text.specials.all_ids:
            sizes[index] = len(token) if byte_level else len(token.removeprefix("##").encode())
    return torch.tensor(sizes, dtype=torch.int64)
