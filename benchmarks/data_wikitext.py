"""Wikitext to clean text beside mwparserfromhell: speed, residue and agreement, on the same pages, in one run.

Speed is CPU seconds of one core from wikitext in memory to text. Residue: pages in whose text brackets of wikitext are
left. Agreement: of the words of each side, how many the other side has too (with their numbers); ours drops captions
of files, tables and the words of templates that mwparserfromhell keeps.

    python benchmarks/data_wikitext.py --data dumps/

FOLDER holds MediaWiki exports, *.xml or *.xml.bz2.
"""

import argparse
import bz2
import json
import re
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import peers  # type: ignore[import-not-found]  # the file beside this one
from leafout.corpus.documents import Document
from leafout.corpus.readers.mediawiki import read_mediawiki
from leafout.corpus.readers.record import ReadOptions, Skip
from leafout.text.wikitext import WikitextRules, clean_wikitext

PACKAGES = ["mwparserfromhell==0.7.2"]
RESIDUE = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|\}|\{\||<ref\b|'''|__[A-Z]{3,}__")
WORD = re.compile(r"\w+")
TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)

PEER = r"""
import json, sys, time
import mwparserfromhell
texts = json.load(open(sys.argv[1], encoding="utf-8"))
start = time.process_time()
out = [str(mwparserfromhell.parse(text).strip_code()) for text in texts]
seconds = time.process_time() - start
json.dump(out, open(sys.argv[2], "w", encoding="utf-8"))
print(json.dumps(seconds))
"""


def pages(folder: Path) -> list[str]:
    """The sources of all pages of all dumps."""
    import html

    found: list[str] = []
    for path in sorted([*folder.glob("*.xml"), *folder.glob("*.xml.bz2"), *folder.glob("*pages-articles*.bz2")]):
        data = path.read_bytes()
        text = (bz2.decompress(data) if path.suffix == ".bz2" else data).decode()
        found += [html.unescape(one) for one in TEXT.findall(text)]
    return list(dict.fromkeys(found))


def agreement(ours: list[str], theirs: list[str]) -> tuple[float, float]:
    """Of our words those they have too, and of theirs those we have too."""
    shared = mine = other = 0
    for a, b in zip(ours, theirs, strict=True):
        words_a, words_b = Counter(WORD.findall(a)), Counter(WORD.findall(b))
        shared += (words_a & words_b).total()
        mine, other = mine + words_a.total(), other + words_b.total()
    return shared / mine, shared / other


def compared(texts: list[str]) -> dict[str, Any]:
    """Both sides over the same pages."""
    rules = WikitextRules(formula="")
    clean_wikitext(texts[0], rules)
    start = time.process_time()
    ours = [clean_wikitext(text, rules)[0] for text in texts]
    seconds = time.process_time() - start
    with tempfile.TemporaryDirectory() as scratch:
        given, made = Path(scratch, "texts.json"), Path(scratch, "out.json")
        given.write_text(json.dumps(texts), encoding="utf-8")
        their_seconds = peers.ask(peers.python("wikitext", PACKAGES), PEER, str(given), str(made))
        theirs: list[str] = json.loads(made.read_text(encoding="utf-8"))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    shared, kept = agreement(ours, theirs)
    return {
        "pages": len(texts),
        "MB": megabytes,
        "ours_MB_s": megabytes / seconds,
        "theirs_MB_s": megabytes / their_seconds,
        "ratio": their_seconds / seconds,
        "ours_pages_with_residue": sum(bool(RESIDUE.search(text)) for text in ours),
        "theirs_pages_with_residue": sum(bool(RESIDUE.search(text)) for text in theirs),
        "our_words_they_have": shared,
        "their_words_we_have": kept,
    }


def reading(folder: Path) -> dict[str, float]:
    """The whole reader, from packed dumps to documents."""
    paths = sorted([*folder.glob("*.xml"), *folder.glob("*.xml.bz2"), *folder.glob("*pages-articles*.bz2")])
    start = time.process_time()
    records = [record for path in dict.fromkeys(paths) for record in read_mediawiki(path, ReadOptions(name=path.name))]
    seconds = time.process_time() - start
    return {
        "reader_pages_s": len(records) / seconds,
        "articles": sum(isinstance(record, Document) for record in records),
        "skipped": sum(isinstance(record, Skip) for record in records),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of MediaWiki exports")
    folder = parser.parse_args().data
    for name, value in (compared(pages(folder)) | reading(folder)).items():
        print(f"{name:28} {value:.3f}" if isinstance(value, float) else f"{name:28} {value}")


if __name__ == "__main__":
    main()
