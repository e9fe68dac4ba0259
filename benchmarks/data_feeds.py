"""Saved feeds beside feedparser: entries, links and times found in the same files, and CPU time, in one run.

    python benchmarks/data_feeds.py --data feeds/

FOLDER is searched for *.xml, *.rss, *.atom, *.rdf and JSON feeds; files ending in `.serde.json` are passed over.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import peers  # type: ignore[import-not-found]  # the file beside this one
from leafout.corpus.documents import Document
from leafout.corpus.readers.feeds import read_feed
from leafout.corpus.readers.record import ReadOptions, Reject

PACKAGES = ["feedparser==6.0.12"]
SUFFIXES = {".xml", ".rss", ".atom", ".rdf", ".json"}

PEER = r"""
import json, sys, time, warnings
import feedparser
warnings.simplefilter("ignore")
paths = json.load(open(sys.argv[1], encoding="utf-8"))
start = time.process_time()
feeds = [feedparser.parse(open(path, "rb").read()).entries for path in paths]
seconds = time.process_time() - start
print(json.dumps([seconds, [[len(entries), sum(bool(e.get("link")) for e in entries),
    sum(bool(e.get("published_parsed") or e.get("updated_parsed")) for e in entries)] for entries in feeds]]))
"""


def main() -> None:
    """Print the figures, and the files where fewer entries were found than feedparser finds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of saved feeds")
    folder = parser.parse_args().data
    paths = [
        path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and not path.name.endswith(".serde.json")
    ]
    start = time.process_time()
    records = [list(read_feed(path, ReadOptions(name=path.name))) for path in paths]
    seconds = time.process_time() - start
    with tempfile.TemporaryDirectory() as scratch:
        names = Path(scratch, "paths.json")
        names.write_text(json.dumps([str(path.resolve()) for path in paths]), encoding="utf-8")
        their_seconds, theirs = peers.ask(peers.python("feeds", PACKAGES), PEER, str(names))
    documents = [[one for one in feed if isinstance(one, Document)] for feed in records]
    for path, found, (entries, _, _) in zip(paths, documents, theirs, strict=True):
        if len(found) < entries:
            print(f"{path.name}: {len(found)} of {entries} entries")
    flat = [one for feed in documents for one in feed]
    rejects = sum(isinstance(one, Reject) for feed in records for one in feed)
    totals = [sum(column) for column in zip(*theirs, strict=True)]
    print(f"files {len(paths)}, rejects {rejects}")
    print(f"entries       ours {len(flat)}, feedparser {totals[0]}")
    print(f"with a link   ours {sum(bool(one.url) for one in flat)}, feedparser {totals[1]}")
    print(f"with a time   ours {sum(bool(one.time) for one in flat)}, feedparser {totals[2]}")
    print(f"CPU seconds   ours {seconds:.3f}, feedparser {their_seconds:.3f}, ratio {their_seconds / seconds:.1f}")


if __name__ == "__main__":
    main()
