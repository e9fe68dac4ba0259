"""Tokenizing beside `tokenizers` (and `tiktoken` where it is installed): one thread, CPU time, same texts, one run.

1. Encoding sentences: MB/s of each, the ratio, and whether all ids are equal. A run over texts not seen before (first),
   and one over the same texts again.
2. Training: our Unigram beside the library's on the same words, seconds and how many tokens the text becomes.
3. Documents to token shards: MB/s per core of `tokenize` with a tokenizer that is there.

The data: a folder of `.txt` and `.jsonl` files (`.xz` too; a document a line, or in the key `text`), in Chinese and
English. `--mb` MB of each language are taken, an even part of every file.

    python benchmarks/data_tokenize.py --data corpus/ --mb 4
"""

import argparse
import json
import lzma
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

os.environ |= {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}

import numpy as np
from tokenizers import Tokenizer, models, normalizers, trainers

from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter
from leafout.stages.tokenize import TokenizeConfig, tokenize
from leafout.text.language import language
from leafout.tokenization import byte_bpe, unigram, wordpiece
from leafout.tokenization.fast.encoder import Encoder
from leafout.tokenization.fast.recognise import bytes_of_letters
from leafout.tokenization.files import write_tokenizer
from leafout.tokenization.pack import whole_sentences


def main() -> None:
    """Print all comparisons."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True)
    wish.add_argument("--mb", type=float, default=4.0)
    wish.add_argument("--vocab-size", type=int, default=16000)
    given = wish.parse_args()
    texts = {code: list(read(given.data, code, given.mb * 1e6)) for code in ("zh", "en")}
    for code, some in texts.items():
        print(f"{code}: {len(some)} documents, {megabytes(some):.1f} MB")

    def batches() -> Iterator[list[str]]:
        yield from texts.values()

    size = given.vocab_size
    made = {
        "byte-level BPE": byte_bpe.train_byte_bpe(batches, vocab_size=size),
        "WordPiece": wordpiece.train_wordpiece(batches, vocab_size=size),
        "Unigram": unigram.train_unigram(batches, vocab_size=size),
    }
    compare_encoding(made, texts)
    compare_training(texts, size)
    pack(made["byte-level BPE"], list(chain.from_iterable(texts.values())))


def read(folder: Path, code: str, most_bytes: float) -> Iterator[str]:
    """Documents of a language, in turn from each file."""
    files = [
        lines(path) for path in sorted(folder.iterdir()) if path.name.removesuffix(".xz").endswith((".txt", ".jsonl"))
    ]
    while files and most_bytes > 0:
        for file in list(files):
            some = list(islice(file, 50))
            if not some:
                files.remove(file)
            for text in some:
                if most_bytes > 0 and language(text) == code:
                    most_bytes -= len(text.encode())
                    yield text


def lines(path: Path) -> Iterator[str]:
    """The documents of a file."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
        for line in file:
            text = json.loads(line).get("text", "") if ".jsonl" in path.name else line.rstrip("\n")
            if text.strip():
                yield text


def megabytes(texts: Sequence[str]) -> float:
    """Of UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU time of this process, and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def compare_encoding(made: dict[str, Tokenizer], texts: dict[str, list[str]]) -> None:
    """Ours beside the library's, kind by kind."""
    heads = ("library", "first", "ratio", "again", "ratio", "equal", "tiktoken")
    print(f"\n{'encoding, MB/s':<20}{'':<4}" + "".join(f"{head:>9}" for head in heads))
    for name, tokenizer in made.items():
        Encoder(tokenizer).encode(["warm 上 up."])  # compiled, or read from the cache of compiled code
        for code, some in texts.items():
            sentences = [sentence for text in some for sentence in whole_sentences(text)]
            figures = encoding(tokenizer, sentences, megabytes(some), bpe="BPE" in name)
            print(f"{name:<20}{code:<4}" + "".join(f"{figure:>9}" for figure in figures), flush=True)


def encoding(tokenizer: Tokenizer, sentences: list[str], size: float, *, bpe: bool) -> list[str]:
    """A row of figures."""
    encoder = Encoder(tokenizer)
    theirs, wanted = seconds(lambda: encoder.slow(sentences))
    if not encoder.fast:
        return [f"{size / theirs:.2f}", "  by the library"]
    first, found = seconds(lambda: encoder.encode(sentences))
    again, _ = seconds(lambda: encoder.encode(sentences))
    equal = all(np.array_equal(a, b) for a, b in zip(wanted, found, strict=True))
    speeds = [f"{size / first:.2f}", f"{theirs / first:.1f}x", f"{size / again:.2f}", f"{theirs / again:.1f}x"]
    other = tiktoken_speed(tokenizer, sentences, size, wanted[0]) if bpe else ""
    return [f"{size / theirs:.2f}", *speeds, str(equal), other]


def tiktoken_speed(tokenizer: Tokenizer, sentences: list[str], size: float, wanted: Any) -> str:
    """MB/s of tiktoken with the same merges, and a mark where its ids differ; empty where it is not installed."""
    try:
        import tiktoken
    except ImportError:
        return ""
    told, letters = json.loads(tokenizer.to_str()), bytes_of_letters()
    pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in told["model"]["merges"]]
    entries = [*letters, *(left + right for left, right in pairs)]
    ranks = {bytes(letters[letter] for letter in entry): rank for rank, entry in enumerate(entries)}
    ids = np.array([told["model"]["vocab"][entry] for entry in entries], np.int32)
    theirs = tiktoken.Encoding("same", pat_str=byte_bpe.HAN_PATTERN, mergeable_ranks=ranks, special_tokens={})

    def encode() -> Any:
        return ids[np.fromiter(chain.from_iterable(theirs.encode_ordinary(one) for one in sentences), np.int32)]

    spent, found = seconds(encode)
    return f"{size / spent:.2f}{'' if np.array_equal(found, wanted) else ' (!)'}"


def compare_training(texts: dict[str, list[str]], size: int) -> None:
    """Our Unigram beside the library's."""

    def batches() -> Iterator[list[str]]:
        yield from texts.values()

    spent, ours = seconds(lambda: unigram.train_unigram(batches, vocab_size=size))
    known = {piece for piece in ours.get_vocab() if len(piece) == 1}
    theirs = Tokenizer(models.Unigram())
    theirs.normalizer, theirs.pre_tokenizer = normalizers.NFC(), unigram.splitter(unigram.PART_CHARS)
    trainer = trainers.UnigramTrainer(
        vocab_size=size,
        special_tokens=list(wordpiece.SPECIAL),
        unk_token="[UNK]",
        initial_alphabet=sorted(known),
        show_progress=False,
    )
    rare = str.maketrans(
        {letter: " " for letter in set("".join(chain(*texts.values()))) - known if not letter.isspace()}
    )
    cleaned = ([text.translate(rare) for text in batch] for batch in batches())
    their_spent, _ = seconds(lambda: theirs.train_from_iterator(cleaned, trainer=trainer))
    theirs.pre_tokenizer = ours.pre_tokenizer
    print(f"\n{'training Unigram':<24}{'seconds':>9}{'ratio':>7}{'zh tokens':>12}{'en tokens':>12}")
    for name, made, took in (("library", theirs, their_spent), ("ours", ours, spent)):
        tokens = [sum(map(len, made.encode_batch_fast(some, add_special_tokens=False))) for some in texts.values()]
        print(f"{name:<24}{took:>9.1f}{their_spent / took:>7.1f}{tokens[0]:>12}{tokens[1]:>12}")


def pack(tokenizer: Tokenizer, texts: list[str]) -> None:
    """The whole stage without training."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_tokenizer(tokenizer, root / "tokenizer", named=byte_bpe.NAMED, lowercase=False)
        with DocumentWriter(root / "split" / "train") as writer:
            for number, text in enumerate(texts):
                writer.write(Document(text, id=str(number), language="zh" if "的" in text else "en"))
        (root / "out" / "notes").mkdir(parents=True)
        config = TokenizeConfig(tokenizer=str(root / "tokenizer"))
        spent, metrics = seconds(lambda: tokenize(root / "split", out=root / "out", config=config, run=QuietRun()))
    speed, tokens = megabytes(texts) / spent, metrics["train_tokens"] / spent / 1e6
    print(f"\ndocuments to shards: {speed:.1f} MB/s, {tokens:.2f} Mtok/s per core")


if __name__ == "__main__":
    main()
