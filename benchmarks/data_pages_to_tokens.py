"""Web pages to packed tokens: leafout beside datatrove, the same pages, two workers, CPU time of all processes.

Ours is `leafout run` with a chain: `collect` from WARC files, `clean` (language; Gopher's rules, those on repetition
and C4's without line ends; no near-duplicates), `split`, `tokenize` with a given tokenizer. Datatrove: the HTML as JSON
lines, decoded already (it is spared the archives), Trafilatura as it comes (with time enough for every page),
LanguageFilter, GopherRepetitionFilter, GopherQualityFilter, C4QualityFilter, DocumentTokenizer with the same
tokenizer.json, documents not shuffled. The tokenizer, byte-level BPE of 16,000 entries, is made of the texts of
FOLDER/raw before anything is timed. `tokens` counts what each packed.

    python benchmarks/data_pages_to_tokens.py --data FOLDER --copies 1

FOLDER/web holds *.tar.xz of *.html and *.html.gz, and *.warc.gz; FOLDER/raw texts as for `data_end_to_end.py`. Pages
are few there, so each may be read several times; no side drops copies.
"""

import argparse
import gzip
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from compared_programs import (  # type: ignore[import-not-found]  # the file beside this one
    HEADER,
    LEAFOUT,
    Program,
    compare,
    peer,
    run_chain,
)
from data_end_to_end import QUALITY, made_texts, quality_wanted, write_input  # type: ignore[import-not-found]
from data_html import archived_pages  # type: ignore[import-not-found]  # the file beside this one
from end_to_end_peers import DATATROVE_PACKAGES, PAGES  # type: ignore[import-not-found]  # the file beside this one
from leafout.corpus.html.charset import decode_page

_HEAD = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n"
_REST = "WARC-Record-ID: <urn:uuid:{number:032x}>\r\nContent-Type: application/http; msgtype=response\r\n"


def main() -> None:
    """Print a row for each program."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="folder that holds web/ and raw/")
    wish.add_argument("--copies", type=int, default=1, help="how often each page is read")
    given = wish.parse_args()
    pages = pages_of(given.data / "web")
    megabytes = sum(len(page.encode()) for page in pages) / 1e6 * given.copies
    print(f"{len(pages) * given.copies} pages, {megabytes:.1f} MB, 2 workers; CPU seconds")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tokenizer = make_tokenizer(given.data / "raw", work)
        write_pages(pages[:: len(pages) // 10][:10], work / "few")
        write_pages(pages * given.copies, work / "all")
        print(HEADER, flush=True)
        script, words = PAGES, (str(tokenizer / "tokenizer.json"), json.dumps(quality_wanted()))
        compare([ours(tokenizer), peer("datatrove", DATATROVE_PACKAGES, script, tokens, *words)], work, megabytes)


def pages_of(folder: Path) -> list[str]:
    """The HTML of all pages, decoded."""
    found = []
    for path in sorted(folder.glob("*.tar.xz")):
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.name.endswith((".html", ".html.gz")) else None
                if file is not None:
                    data = file.read()
                    found.append(decode_page(gzip.decompress(data) if member.name.endswith(".gz") else data).text)
    return found + [page for path in sorted(folder.glob("*.warc.gz")) for page in archived_pages(path)]


def write_pages(pages: list[str], folder: Path) -> None:
    """Two files of pages, as a web archive and as JSON lines."""
    (folder / "warc").mkdir(parents=True)
    (folder / "html").mkdir()
    for part in range(2):
        with gzip.open(folder / "html" / f"{part}.jsonl.gz", "wt", encoding="utf-8", compresslevel=4) as file:
            for number, page in enumerate(pages[part::2]):
                file.write(json.dumps({"text": page, "id": f"{part}-{number}"}, ensure_ascii=False) + "\n")
        with (folder / "warc" / f"{part}.warc.gz").open("wb") as packed:
            for number, page in enumerate(pages[part::2]):
                packed.write(gzip.compress(record(page, part + 2 * number), compresslevel=4))


def record(page: str, number: int) -> bytes:
    """A response of a web archive."""
    body = page.encode("utf-8", "replace")
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    head = _HEAD.format(url=f"https://site{number % 97}.example/{number}") + _REST.format(number=number)
    return f"{head}Content-Length: {len(http) + len(body)}\r\n\r\n".encode() + http + body + b"\r\n\r\n"


def make_tokenizer(raw: Path, work: Path) -> Path:
    """A tokenizer folder."""
    write_input(made_texts(raw, 1000, 1), work / "texts")
    for words in (
        ["collect", "texts/mixed", "--out", "texts-collected"],
        ["split", "texts-collected", "--out", "texts-parted"],
        ["tokenize", "texts-parted", "--kind", "bpe", "--vocab-size", "16000", "--out", "tokenizer"],
    ):
        subprocess.run([str(LEAFOUT), *words], cwd=work, check=True, capture_output=True)
    return work / "tokenizer"


def ours(tokenizer: Path) -> Program:
    """A chain of four stages."""

    def commands(source: Path, out: Path) -> list[list[str]]:
        chain = {
            "collect": {"files": f"{source}/warc"},
            "clean": {"from": "collect", **QUALITY, "dedup": False, "near_dedup": None},
            "split": {"from": "clean", "method": "random", "val": 0.2, "test": 0},
            "tokenize": {"from": "split", "tokenizer": str(tokenizer)},
        }
        made: list[list[str]] = run_chain(chain, out)
        return made

    def kept(out: Path) -> dict[str, int]:
        (path,) = (out / "store" / "artifacts").glob("tokenize-*/notes/vocabulary.json")
        told = json.loads(path.read_text(encoding="utf-8"))
        return {"tokens": sum(side["tokens"] for side in told["sides"].values())}

    return Program("leafout", commands, kept, repeats=3)


def tokens(out: Path) -> dict[str, int]:
    """How many tokens datatrove packed, two bytes each."""
    return {"tokens": sum(path.stat().st_size // np.uint16().itemsize for path in (out / "made").rglob("*.ds"))}


if __name__ == "__main__":
    main()
