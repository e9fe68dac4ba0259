"""A large input through collect, clean, split and tokenize: time, and the most memory any process held.

Texts are made from the lines of the files of `--data` (any .txt, .txt.xz, .jsonl.xz with a `text` or `content`), drawn
at random into documents of 1 to 8 KB, with exact copies, near copies and telephone numbers planted. They are written as
one large JSONL file, several packed ones and a CSV file.

    python benchmarks/data_scale.py --data FOLDER --gigabytes 5 --workers 2
"""

import argparse
import csv
import gzip
import io
import json
import lzma
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_LEAFOUT = Path(sys.executable).parent / "leafout"


def main() -> None:
    """Print a row a stage."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="a folder of texts")
    wish.add_argument("--gigabytes", type=float, default=5.0)
    wish.add_argument("--workers", type=int, default=2)
    wish.add_argument("--folder", type=Path, help="where the work is done; a temporary folder when not given")
    given = wish.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        work = Path(folder)
        (work / "in").mkdir()
        written = make_input(lines_of(given.data), work / "in", int(given.gigabytes * 1e9))
        print(
            f"{written / 1e9:.2f} GB of JSON in {len(list((work / 'in').iterdir()))} files, {given.workers} workers\n"
        )
        print(f"{'stage':<10}{'seconds':>9}{'MB/s':>7}{'worker MB':>11}{'main MB':>9}   figures")
        steps = {
            "collect": ["collect", "in/*", "--out", "collected"],
            "clean": [
                "clean",
                "collected",
                "--personal-data.kinds",
                "email",
                "--personal-data.kinds",
                "phone",
                "--out",
                "cleaned",
            ],
            "split": ["split", "cleaned", "--val", "0.01", "--test", "0.01", "--out", "parted"],
            "tokenize": ["tokenize", "parted", "--vocab-size", "16000", "--out", "tokens"],
        }
        for name, words in steps.items():
            began = time.monotonic()
            peaks, said = watched([str(_LEAFOUT), *words, "--workers", str(given.workers)], work)
            seconds = time.monotonic() - began
            workers = max(peaks["workers"] or [0])
            figures = next((line for line in said.splitlines() if line.startswith("+")), "")[30:120]
            row = f"{name:<10}{seconds:>9.0f}{written / 1e6 / seconds:>7.1f}{workers:>11.0f}{peaks['main'][0]:>9.0f}"
            print(f"{row}   {figures}", flush=True)


def lines_of(folder: Path) -> list[str]:
    """Lines of at least 20 characters from the texts of a folder."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.name.removesuffix(".xz")
        if not name.endswith((".txt", ".jsonl")):
            continue
        whole = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        for line in whole.decode().split("\n"):
            row = json.loads(line) if name.endswith(".jsonl") and line else {"text": line}
            text = str(row.get("text") or row.get("content") or "")
            found += [piece for piece in text.split("\n") if len(piece) >= 20]
    random.Random(1).shuffle(found)
    return found


def make_input(lines: list[str], out: Path, total: int) -> int:
    """Write documents until there are enough; the bytes of JSON before packing."""
    draw = random.Random(2)
    shares = [("large.jsonl", 0.6), *((f"part-{n}.jsonl.gz", 0.06) for n in range(5)), ("rows.csv", 0.1)]
    written = 0
    for name, share in shares:
        wanted, size = int(total * share), 0
        with opened(out / name) as file:
            table = csv.writer(file)
            if name.endswith("csv"):
                table.writerow(["text", "url"])
            for number, text in enumerate(documents(lines, draw)):
                url = f"https://site{number % 97}.example/{name}/{number}"
                if name.endswith("csv"):
                    table.writerow([text, url])
                else:
                    file.write(json.dumps({"text": text, "url": url}, ensure_ascii=False) + "\n")
                size += len(text.encode())
                if size >= wanted:
                    break
        written += size
    return written


def opened(path: Path) -> TextIO:
    """A text file to write, packed where its name says so."""
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.GzipFile(path, "wb", compresslevel=1), encoding="utf-8", newline="")
    return path.open("w", encoding="utf-8", newline="")


def documents(lines: list[str], draw: random.Random) -> Iterator[str]:
    """Texts without end; one in twenty is nearly one of the last thousand, one in fifty is one of them."""
    last: list[str] = []
    while True:
        chance = draw.random()
        if last and chance < 0.05:
            old = draw.choice(last).split("\n")
            old[draw.randrange(len(old))] = draw.choice(lines)
            text = "\n".join(old)
        elif last and chance < 0.07:
            text = draw.choice(last)
        else:
            text = "\n".join(draw.choices(lines, k=draw.randint(5, 40)))
        if chance > 0.97:
            text += f"\n联系电话 138{draw.randrange(10**8):08d}"
        last = [*last[-999:], text] if len(last) < 1000 else last
        if chance > 0.9:
            last[draw.randrange(len(last))] = text
        yield text


def watched(words: list[str], folder: Path) -> tuple[dict[str, list[float]], str]:
    """Run a command; the most anonymous memory (MB) its main process and each other one held, and what it said."""
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    held: dict[int, float] = {}

    def look() -> None:
        while process.poll() is None:
            for pid in [process.pid, *children(process.pid)]:
                held[pid] = max(held.get(pid, 0.0), memory(pid))
            time.sleep(0.1)

    watcher = threading.Thread(target=look)
    watcher.start()
    said = process.communicate()[0]
    watcher.join()
    if process.returncode:
        raise RuntimeError(said)
    return {"main": [held.pop(process.pid, 0.0)], "workers": list(held.values())}, said


def children(pid: int) -> list[int]:
    """The processes that a process started (Linux)."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [int(word) for word in found]


def memory(pid: int) -> float:
    """Memory of a process that is no file's page, in MB: the pages of mapped files can be taken back at any time."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")) / 1e3


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
