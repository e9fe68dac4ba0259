"""Main content of web pages: F1 and pages a second of CPU time beside trafilatura and resiliparse, in one run.

The measure is that of the article extraction benchmark (github.com/scrapinghub/article-extraction-benchmark): 4-grams
of words, precision and recall a page, averaged. Its pages are parted in halves by a hash of their names: rules were
made on the first, the second was only measured. Of pages without gold text, agreement with trafilatura's default is
told; it keeps more of what stands around the text, so that agreement is no measure of quality.

Both sides get the same pages as text; each is warm before it is timed; CPU time counts.
"""

import argparse
import gzip
import hashlib
import json
import re
import statistics
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import peers  # type: ignore[import-not-found]  # the file beside this one
from leafout.corpus.html.charset import decode_page
from leafout.corpus.html.extract import extract_page
from leafout.corpus.html.page import Page, PageOptions
from leafout.corpus.readers.record import ReadOptions
from leafout.corpus.web_archive.http import parse_response
from leafout.corpus.web_archive.records import records_of
from leafout.corpus.web_archive.unpacking import chunks_of

PEERS = ["trafilatura==2.3.1", "lxml_html_clean>=0.4", "resiliparse==2.0.1"]
SCRIPT = """
import json, logging, sys, time
import trafilatura
from resiliparse.extract.html2text import extract_plain_text
logging.disable(logging.CRITICAL)
pages = json.load(open(sys.argv[1]))
ways = {
    "trafilatura fast": lambda page: trafilatura.extract(page, fast=True, include_comments=False),
    "trafilatura": lambda page: trafilatura.extract(page, include_comments=False),
    "resiliparse": lambda page: extract_plain_text(page, main_content=True, alt_texts=False, comments=False,
                                                   post_meta=False, list_bullets=False),
}
found = {}
for name, way in ways.items():
    for page in pages[:5]:
        way(page)
    start = time.process_time()
    texts = [way(page) or "" for page in pages]
    found[name] = [time.process_time() - start, texts]
print(json.dumps(found))
"""
Found = dict[str, tuple[float, list[str]]]
_words = re.compile(r"\w+").findall
_chinese = re.compile("[\u3400-\u9fff]|[a-zA-Z0-9]+").findall


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    text = (
        "a folder with any of: article_extraction_benchmark.tar.xz (ground-truth.json, html/*.html.gz), *_zh_*.tar.xz"
    )
    parser.add_argument("--data", type=Path, required=True, help=f"{text} (*.html), *.warc.gz")
    folder = parser.parse_args().data
    interpreter = peers.python("html", PEERS)
    articles = folder / "article_extraction_benchmark.tar.xz"
    if articles.exists():
        names, pages, gold = _articles(articles)
        found = _extract(pages, interpreter)
        halves = [int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 for name in names]
        for half, said in ((None, "all"), (0, "half that rules were made on"), (1, "other half")):
            chosen = [place for place in range(len(names)) if half in {None, halves[place]}]
            print(f"\n{len(chosen)} articles, {said}: F1, precision, recall")
            for name, (_, texts) in found.items():
                f1, precision, recall = _score([(gold[place], texts[place]) for place in chosen])
                print(f"  {name:18} {f1:.4f} {precision:.3f} {recall:.3f}")
        _speeds(found, pages)
    for path in sorted(folder.glob("*_zh_*.tar.xz")):
        _agreement(path.name, _members(path), interpreter, _chinese)
    archived = [page for path in sorted(folder.glob("*.warc.gz")) for page in archived_pages(path)]
    if archived:
        _agreement("pages of WARC files", archived, interpreter, _chinese)


def _extract(pages: list[str], interpreter: Path) -> Found:
    options = PageOptions(honour=())
    read = [extract_page(page, options=options) for page in pages[:5]]
    start = time.process_time()
    read = [extract_page(page, options=options) for page in pages]
    ours = time.process_time() - start, [page.text if isinstance(page, Page) else "" for page in read]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.json"
        path.write_text(json.dumps(pages))
        theirs = peers.ask(interpreter, SCRIPT, str(path))
    return {"leafout": ours, **{name: (float(seconds), texts) for name, (seconds, texts) in theirs.items()}}


def _speeds(found: Found, pages: list[str]) -> None:
    print(f"\nspeed, {sum(map(len, pages)) / len(pages) / 1e3:.0f} thousand characters a page")
    ours = found["leafout"][0]
    for name, (seconds, _) in found.items():
        print(f"  {name:18} {len(pages) / seconds:7.1f} pages/s of CPU   leafout is {seconds / ours:.1f}x as fast")


def _agreement(name: str, pages: list[str], interpreter: Path, words: Callable[[str], list[str]]) -> None:
    found = _extract(pages, interpreter)
    reference = found["trafilatura"][1]
    print(f"\n{len(pages)} unseen pages, {name}: agreement with trafilatura (F1 of 4-grams), empty, characters")
    for one, (_, texts) in found.items():
        both = [(gold, text) for gold, text in zip(reference, texts, strict=True) if gold]
        empty, size = sum(not text for text in texts), sum(map(len, texts))
        print(f"  {one:18} {_score(both, words)[0]:.4f} {empty:4d} {size:8d}")
    _speeds(found, pages)


def _shingles(text: str, words: Callable[[str], list[str]]) -> Counter[tuple[str, ...]]:
    found = words(text)
    return Counter(tuple(found[place : place + 4]) for place in range(max(1, len(found) - 3)) if found)


def _score(pairs: Iterable[tuple[str, str]], words: Callable[[str], list[str]] = _words) -> tuple[float, float, float]:
    precisions, recalls = [], []
    for gold, text in pairs:
        true, read = _shingles(gold, words), _shingles(text, words)
        same = (true & read).total()
        if read:
            precisions.append(same / read.total())
        if true:
            recalls.append(same / true.total())
    precision, recall = statistics.mean(precisions or [0.0]), statistics.mean(recalls or [0.0])
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


def _articles(path: Path) -> tuple[list[str], list[str], list[str]]:
    held: dict[str, bytes] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                held[Path(member.name).name] = file.read()
    gold: dict[str, Any] = json.loads(held["ground-truth.json"])
    names = sorted(gold)
    pages = [gzip.decompress(held[f"{name}.html.gz"]).decode("utf-8", "replace") for name in names]
    return names, pages, [gold[name].get("articleBody", "") for name in names]


def _members(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        files = [archive.extractfile(member) for member in archive if member.name.endswith(".html")]
        return [decode_page(file.read()).text for file in files if file is not None]


def archived_pages(path: Path) -> list[str]:
    """The pages of an archive of the web."""
    pages = []
    for record in records_of(chunks_of(path, ReadOptions(name=path.name)), max_block_bytes=8 << 20):
        if not isinstance(record, str) and record.kind == "response":
            response = parse_response(record.block, max_bytes=8 << 20)
            if response and response.status == 200 and "html" in response.headers.get("content-type", ""):
                pages.append(decode_page(response.body, content_type=response.headers["content-type"]).text)
    return pages


if __name__ == "__main__":
    main()
