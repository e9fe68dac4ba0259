"""The tokenizer of a stage: trained on the train part, or taken over, and by choice extended.

`made.json` beside it says what an extension did.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import Run
from leafout.corpus.sources import find_sources
from leafout.tokenization import byte_bpe, unigram, wordpiece
from leafout.tokenization.extend import extend
from leafout.tokenization.files import copy_tokenizer, replace_vocabulary, write_tokenizer
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.rules import Extend, VocabularyRules
from leafout.tokenization.sample import training_texts
from leafout.tokenization.sentinels import add_sentinels
from leafout.tokenization.words import find_words, read_words

NOTE = "extension.json"
_BYTES_PER_ENTRY = 1000
_LEAST_TRAINING_BYTES = 8_000_000
_SHOWN = 50
_FOUND_PER_ENTRY = 4
"""Words looked at for each entry that is wanted: some need several, some cannot be one token."""

Texts = Callable[[], Iterator[list[str]]]


def make_tokenizer(train: Path, out: Path, rules: VocabularyRules, run: Run) -> None:
    """Write a tokenizer's files.

    Args:
        train: documents of the train part.
        out: the folder that receives them.
        rules: what is wanted.
        run: hears of it, and may stop it.

    Raises:
        LeafoutError: when there is no text, `vocab_size` is too small, or a tokenizer is damaged.
        Stopped: when asked to.
    """
    _made(train, out, rules, run)
    if rules.sentinels:
        tokenizer = load_tokenizer(out)
        add_sentinels(tokenizer, rules.sentinels)
        replace_vocabulary(out, tokenizer)


def _made(train: Path, out: Path, rules: VocabularyRules, run: Run) -> None:
    max_bytes = rules.training_bytes or max(_BYTES_PER_ENTRY * rules.vocab_size, _LEAST_TRAINING_BYTES)
    if rules.extend is not None and not rules.tokenizer:
        hint = "tokenizer: FOLDER of the tokenizer to extend; a new one takes its words from the text itself"
        raise LeafoutError("`extend` needs a tokenizer that is taken over", where="[extend]", hint=hint)
    if rules.tokenizer and rules.extend is None:
        copy_tokenizer(run.root / Path(rules.tokenizer).expanduser(), out)
        return
    given = training_texts(train, max_bytes=max_bytes, text_b=rules.text_b, weights=rules.source_weights)
    texts = _watched(given, run)
    if rules.extend is not None:
        _extended(run.root / Path(rules.tokenizer).expanduser(), out, rules.extend, texts, run)
        return
    _trained(texts, out, rules, run)


def _trained(texts: Texts, out: Path, rules: VocabularyRules, run: Run) -> None:
    size, frequency = rules.vocab_size - rules.sentinels, rules.min_frequency
    if size < 1:
        message = f"`sentinels` {rules.sentinels} leave no room in a vocabulary of {rules.vocab_size}"
        raise LeafoutError(message, where="[sentinels]", hint="sentinels: 100")
    lowercase = rules.kind == "wordpiece" if rules.lowercase is None else rules.lowercase
    made: Tokenizer
    if rules.kind == "wordpiece":
        made = wordpiece.train_wordpiece(
            texts, vocab_size=size, lowercase=lowercase, min_frequency=frequency, coverage=rules.coverage
        )
    elif rules.kind == "unigram":
        made = unigram.train_unigram(texts, vocab_size=size, lowercase=lowercase, coverage=rules.coverage)
    else:
        made = byte_bpe.train_byte_bpe(texts, vocab_size=size, lowercase=lowercase, min_frequency=frequency)
    if made.get_vocab_size() < size:
        run.say(f"the text has pairs for {made.get_vocab_size()} entries only, there is room for {size}")
    write_tokenizer(made, out, named=byte_bpe.NAMED if rules.kind == "bpe" else wordpiece.NAMED, lowercase=lowercase)


def _extended(source: Path, out: Path, rules: Extend, texts: Texts, run: Run) -> None:
    old = load_tokenizer(source)
    old.encode_special_tokens = True
    words = _words_in(rules, run.root) if rules.words else _found(rules, texts, old)
    made = extend(old, words, size=rules.size)
    if not made.words:
        said = f"none of {len(words)} words can be added: {len(made.known)} are known, {len(made.split)} are split"
        raise LeafoutError(said, where="[extend]", hint="take the tokenizer without `extend`, or give other words")
    copy_tokenizer(source, out)
    replace_vocabulary(out, made.tokenizer)
    told = _saved(old, made.tokenizer, texts) | {
        "first_id": made.first_id,
        "entries": len(made.entries),
        "words": len(made.words),
        "known": len(made.known),
        "split": len(made.split),
        "left": len(made.left),
        "examples": {name: getattr(made, name)[:_SHOWN] for name in ("words", "known", "split", "left")},
    }
    write_json(out / NOTE, told)
    saved = f"{told['tokens_saved_fraction']:.1%} fewer tokens"
    run.say(
        f"{len(made.words)} words are new tokens ({len(made.entries)} entries), {saved}; {len(made.known)} were known, "
        f"{len(made.split)} cannot be one token, {len(made.left)} found no room"
    )


def _words_in(rules: Extend, root: Path) -> list[str]:
    words: list[str] = []
    for name, path in find_sources(rules.words, root).items():
        try:
            words += read_words(path.read_text(encoding="utf-8-sig").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise LeafoutError(f"cannot read words: {error}", where=name, hint="save the file as UTF-8") from None
    return [form for word in words for form in _forms(word)]


def _forms(word: str) -> list[str]:
    """A word of letters also with a space before it, as it mostly stands."""
    return [f" {word}", word] if word[0].isalnum() and word.isascii() else [word]


def _found(rules: Extend, texts: Texts, old: Tokenizer) -> list[str]:
    return [word for word, _ in find_words(texts(), old, most=_FOUND_PER_ENTRY * rules.size)]


def _saved(old: Tokenizer, new: Tokenizer, texts: Texts) -> dict[str, Any]:
    """Tokens of the training text before and after."""
    from leafout.tokenization.fast.encoder import Encoder

    before, after, counts = Encoder(old), Encoder(new), np.zeros(2, np.int64)
    for batch in texts():
        counts += [len(before.encode(batch)[0]), len(after.encode(batch)[0])]
    was, now = counts.tolist()
    return {"tokens_before": was, "tokens_after": now, "tokens_saved_fraction": round(1 - now / max(was, 1), 6)}


def _watched(texts: Texts, run: Run) -> Texts:
    """The same texts, with progress and a look at whether to stop between batches."""

    def watched() -> Iterator[list[str]]:
        seen = 0
        for batch in texts():
            if run.should_stop():
                raise Stopped
            yield batch
            seen += len(batch)
            run.progress(seen, None, unit="documents", note="vocabulary")

    return watched
