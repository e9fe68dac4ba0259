"""Tokenize: a tokenizer for Chinese and English, and the documents as packed tokens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from leafout.core.config import Config
from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QUIET, Run
from leafout.core.stage import stage

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from leafout.corpus.ledger import Ledger
    from leafout.tokenization.pack import Counts, Packer

_BYTES_PER_ENTRY = 1000
_LEAST_TRAINING_BYTES = 8_000_000
_MANY_UNKNOWN = 0.01


class TokenizeConfig(Config):
    """The vocabulary and how it is found."""

    kind: Literal["wordpiece", "bpe"] = "wordpiece"
    """`wordpiece` for BERT, each Chinese character by itself; `bpe` (byte-level) for GPT, nothing is unknown."""
    vocab_size: int = Field(default=8000, ge=32, le=1_000_000)
    """Entries at most, special tokens included."""
    lowercase: bool | None = None
    """Fold case (and take accents off, for wordpiece); null folds it for wordpiece only."""
    min_frequency: int = Field(default=2, ge=1)
    """A pair of pieces must occur so often to become one."""
    coverage: float = Field(default=0.9995, gt=0.9, le=1)
    """Share of the text's characters that wordpiece must know; the rest becomes [UNK]."""
    training_bytes: int = Field(default=0, ge=0)
    """Train the vocabulary on an even part of so many bytes; 0: 1,000 an entry, 8 MB at least."""
    text_b: bool = True
    """Second texts of pairs belong to their documents."""
    tokenizer: str = ""
    """A local folder whose tokenizer is taken as it is; the other keys but `text_b` have no effect then."""

    def outside(self, root: Path) -> dict[str, Path]:
        """The files of the tokenizer that is taken over."""
        from leafout.tokenization.files import tokenizer_files

        if not self.tokenizer:
            return {}
        return {
            f"tokenizer/{name}": path
            for name, path in tokenizer_files(root / Path(self.tokenizer).expanduser()).items()
        }


@stage(version=1)
def tokenize(documents: Path, *, out: Path, config: TokenizeConfig, run: Run = QUIET) -> dict[str, float]:
    """Train a tokenizer on the train part (or take one over) and pack train and val; test is never touched.

    Args:
        documents: what `split` made.
        out: receives `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json`, `train/` and `val/`;
            `notes/vocabulary.json` says what the vocabulary is worth, `notes/funnel.json` what became of documents.
        config: the vocabulary.
        run: progress and stop.

    Returns:
        `vocab_size`, `train_tokens`, `val_tokens`, `documents`, `emptied_documents`, `unknown_fraction`,
        `bytes_per_token` and `fertility_<language>` (tokens a Chinese character, or a word elsewhere) of train.

    Raises:
        LeafoutError: when the split is none or has no text, `vocab_size` is too small, or a tokenizer is damaged.
        Stopped: when asked to.
    """
    from leafout.core.durable import write_json
    from leafout.corpus.ledger import Ledger
    from leafout.tokenization.load import load_tokenizer, num_ids
    from leafout.tokenization.pack import Packer
    from leafout.tokenization.report import bytes_per_token, describe, fertility, unknown_fraction
    from leafout.tokenization.shards import read_shards
    from leafout.tokenization.special import special_tokens

    sides = [side for side in ("train", "val") if (documents / side).is_dir()]
    if "train" not in sides:
        raise LeafoutError("the folder has no `train`", where=str(documents), hint="give what `leafout split` made")
    _make_tokenizer(documents / "train", out, config, run)
    tokenizer, unk_id = load_tokenizer(out), special_tokens(out).unk_id
    size = num_ids(tokenizer)
    packer = Packer(tokenizer, num_ids=size)
    with Ledger(out) as ledger:
        found = {side: _pack(packer, documents / side, out / side, config, run, ledger) for side in sides}
    notes = {side: describe(counts, read_shards(out / side), unk_id=unk_id) for side, counts in found.items()}
    write_json(out / "notes" / "vocabulary.json", {"vocab_size": size, "sides": notes})
    train = found["train"]
    tokens = {side: int(counts.ids_V.sum()) for side, counts in found.items()}
    if not tokens["train"]:
        raise LeafoutError("no document of `train` has a token", where=str(documents), hint="look at what `clean` kept")
    unknown = unknown_fraction(train, unk_id)
    if unknown > _MANY_UNKNOWN:
        run.say(f"warning: {unknown:.1%} of the tokens are unknown; a larger `vocab_size` or `coverage` knows more")
    return {
        "vocab_size": float(size),
        "train_tokens": float(tokens["train"]),
        "val_tokens": float(tokens.get("val", 0)),
        "documents": float(ledger.kept),
        "emptied_documents": float(sum(ledger.dropped.values())),
        "unknown_fraction": unknown,
        "bytes_per_token": bytes_per_token(train),
        **{f"fertility_{spoken}": value for spoken, value in fertility(train).items()},
    }


def _make_tokenizer(train: Path, out: Path, config: TokenizeConfig, run: Run) -> None:
    from leafout.tokenization import byte_bpe, wordpiece
    from leafout.tokenization.files import copy_tokenizer, write_tokenizer
    from leafout.tokenization.sample import training_texts

    if config.tokenizer:
        copy_tokenizer(run.root / Path(config.tokenizer).expanduser(), out)
        return
    max_bytes = config.training_bytes or max(_BYTES_PER_ENTRY * config.vocab_size, _LEAST_TRAINING_BYTES)
    texts = _watched(training_texts(train, max_bytes=max_bytes, text_b=config.text_b), run)
    size, frequency = config.vocab_size, config.min_frequency
    lowercase = config.kind == "wordpiece" if config.lowercase is None else config.lowercase
    made: Tokenizer
    if config.kind == "wordpiece":
        made = wordpiece.train_wordpiece(
            texts, vocab_size=size, lowercase=lowercase, min_frequency=frequency, coverage=config.coverage
        )
    else:
        made = byte_bpe.train_byte_bpe(texts, vocab_size=size, lowercase=lowercase, min_frequency=frequency)
    if made.get_vocab_size() < size:
        run.say(f"the text has pairs for {made.get_vocab_size()} entries only, `vocab_size` is {size}")
    named = wordpiece.NAMED if config.kind == "wordpiece" else byte_bpe.NAMED
    write_tokenizer(made, out, named=named, lowercase=lowercase)


def _watched(texts: Callable[[], Iterator[list[str]]], run: Run) -> Callable[[], Iterator[list[str]]]:
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


def _pack(packer: "Packer", source: Path, target: Path, config: TokenizeConfig, run: Run, ledger: "Ledger") -> "Counts":
    from leafout.corpus.documents import count_documents

    total = count_documents(source)
    for counts in packer.pack(source, target, text_b=config.text_b):
        if run.should_stop():
            raise Stopped
        run.progress(counts.read, total, unit="documents", note=source.name)
    ledger.read += counts.read
    ledger.kept += counts.read - counts.emptied
    if counts.emptied:
        ledger.dropped["no_tokens"] += counts.emptied
    return counts
