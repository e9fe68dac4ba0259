"""Personal data beside presidio's pattern recognisers: recall, precision and CPU time on the same texts.

FOLDER holds `presidio.json` (presidio-research's synthetic set: a list of `full_text` and `spans`) and `zh.txt` (real
Chinese text, a paragraph a line), either of them optional. The set is split by the hash of its texts; the forms were
made on the first half, so the second half is the one to look at (its templates stand in both halves). Into the Chinese
paragraphs valid identifiers are planted, and among them numbers that only look like some.

    python benchmarks/data_pii.py --data texts/
"""

import argparse
import hashlib
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import peers  # type: ignore[import-not-found]  # the file beside this one
import planted_identifiers  # type: ignore[import-not-found]  # the file beside this one
from leafout.text.pii import find
from leafout.text.pii_rules import PersonalData

Span = tuple[int, int, str]
TYPES = {
    "PHONE_NUMBER": "PHONE", "US_SSN": "SSN", "IBAN_CODE": "IBAN", "CREDIT_CARD": "CARD", "EMAIL_ADDRESS": "EMAIL",
    "IP_ADDRESS": "IP", "STREET_ADDRESS": "ADDRESS", "PERSON": "NAME",
}  # fmt: skip
CLAIMED = ("PHONE", "SSN", "IBAN", "CARD", "EMAIL", "IP", "ID")
ALL = PersonalData(kinds=(*PersonalData().kinds, "name"))
SAME = PersonalData(kinds=("phone", "ssn", "iban", "card", "email", "ip"))
PEER = """
import json, sys, time
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer, PhoneRecognizer, UsSsnRecognizer)
texts = json.load(open(sys.argv[1]))
regions = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR", "CN")
forms = [CreditCardRecognizer(), EmailRecognizer(), IbanRecognizer(), IpRecognizer(), UsSsnRecognizer(),
         PhoneRecognizer(supported_regions=regions)]
def find(text):
    return [(r.start, r.end, r.entity_type) for form in forms
            for r in form.analyze(text, form.supported_entities, None) or [] if r.score >= 0.3]
find("warm 1.2.3.4 a@b.com")
began = time.process_time()
found = [find(text) for text in texts]
print(json.dumps({"found": found, "seconds": time.process_time() - began}))
"""


@dataclass
class Score:
    """Counts of one type."""

    gold: int = 0
    exact: int = 0
    touched: int = 0
    found: int = 0
    right: int = 0


@dataclass
class Table:
    """Scores by type."""

    rows: dict[str, Score] = field(default_factory=dict)

    def add(self, gold: Sequence[Span], found: Sequence[Span]) -> None:
        """Count one text."""
        for span in gold:
            row = self.rows.setdefault(span[2], Score())
            row.gold += 1
            row.exact += span in found
            row.touched += any(meets(span, other) for other in found)
        for span in found:
            row = self.rows.setdefault(span[2], Score())
            row.found += 1
            row.right += any(meets(span, other) for other in gold)

    def show(self, name: str, types: Iterable[str]) -> None:
        """Print recall and precision."""
        print(f"\n{name}\n{'':<10}{'gold':>6}{'recall':>9}{'exact':>8}{'found':>7}{'precision':>11}")
        total = Score()
        for kind in types:
            row = self.rows.get(kind)
            if row is None:
                continue
            for place in ("gold", "exact", "touched", "found", "right"):
                setattr(total, place, getattr(total, place) + getattr(row, place))
            print_row(kind, row)
        print_row("together", total)


def print_row(name: str, row: Score) -> None:
    """A line of figures."""
    recall, exact = row.touched / max(row.gold, 1), row.exact / max(row.gold, 1)
    print(f"{name:<10}{row.gold:>6}{recall:>9.3f}{exact:>8.3f}{row.found:>7}{row.right / max(row.found, 1):>11.3f}")


def meets(one: Span, two: Span) -> bool:
    """Whether two spans are of one type and overlap."""
    return one[2] == two[2] and one[0] < two[1] and two[0] < one[1]


def main() -> None:
    """Print both comparisons and the speed."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="folder of presidio.json and zh.txt")
    wish.add_argument("--planted", type=int, default=3000, help="Chinese paragraphs that get an identifier each")
    wish.add_argument("--seed", type=int, default=11, help="of what is planted; the forms were looked over on 7")
    given = wish.parse_args()
    interpreter = peers.python("pii", ["presidio-analyzer==2.2.366"])
    synthetic = given.data / "presidio.json"
    if synthetic.exists():
        rows = json.loads(synthetic.read_text(encoding="utf-8"))
        for half, name in enumerate(("half that the forms were made on", "unseen half")):
            compare_synthetic(interpreter, [row for row in rows if half_of(row["full_text"]) == half], name)
    chinese = given.data / "zh.txt"
    if chinese.exists():
        lines = [line for line in chinese.read_text(encoding="utf-8").splitlines() if len(line) >= 20]
        compare_planted(interpreter, lines, given.planted, random.Random(given.seed))


def half_of(text: str) -> int:
    """The half of a text, by its hash."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2


def compare_synthetic(interpreter: Path, rows: list[dict[str, Any]], name: str) -> None:
    """Spans of the synthetic set."""
    texts = [row["full_text"] for row in rows]
    gold = [
        [
            (span["start_position"], span["end_position"], TYPES[span["entity_type"]])
            for span in row["spans"]
            if span["entity_type"] in TYPES
        ]
        for row in rows
    ]
    theirs = ask(interpreter, texts)
    ours, mine = Table(), [find(text, ALL) for text in texts]
    other = Table()
    for want, one, two in zip(gold, mine, theirs["found"], strict=True):
        ours.add(want, one)
        other.add(want, two)
    ours.show(f"{len(texts)} texts, {name}: leafout", CLAIMED)
    other.show("presidio", CLAIMED)
    ours.show("by choice, or claimed for English streets only: leafout", ("ADDRESS", "NAME"))
    show_speed(texts, theirs["seconds"])


def compare_planted(interpreter: Path, lines: list[str], count: int, chance: random.Random) -> None:
    """Planted identifiers and what resembles them."""
    made = [planted_identifiers.plant(chance.choice(lines), chance) for _ in range(count)]
    texts = [text for text, _, _ in made]
    theirs = ask(interpreter, texts)
    ours, other, wrong = Table(), Table(), Counter[str]()
    for (text, gold, decoys), two in zip(made, theirs["found"], strict=True):
        one = [span for span in find(text) if near(span, [*gold, *decoys])]
        ours.add(gold, one)
        other.add(gold, [span for span in two if near(span, [*gold, *decoys])])
        wrong.update(
            f"{span[2]} for {decoy[2]}" for span in one for decoy in decoys if span[0] < decoy[1] and decoy[0] < span[1]
        )
    ours.show(f"{count} Chinese paragraphs with planted identifiers: leafout", CLAIMED)
    other.show("presidio (it has no form for Chinese identity numbers)", CLAIMED)
    print("taken for personal:", dict(wrong.most_common(10)))
    show_speed(texts, theirs["seconds"])


def near(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span touches any of some others; what stands in the text itself has no gold answer."""
    return any(span[0] < other[1] and other[0] < span[1] for other in others)


def ask(interpreter: Path, texts: list[str]) -> Any:
    """What presidio finds, under our names."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(texts, file)
        file.flush()
        said = peers.ask(interpreter, PEER, file.name)
    said["found"] = [
        sorted({(start, end, TYPES[kind]) for start, end, kind in found if kind in TYPES}) for found in said["found"]
    ]
    return said


def show_speed(texts: list[str], their_seconds: float) -> None:
    """CPU time of finding the same types, and of masking a batch."""
    began = time.process_time()
    for text in texts:
        find(text, SAME)
    mine = time.process_time() - began
    size = sum(len(text.encode("utf-8", "ignore")) for text in texts) / 1e6
    print(f"MB/s: presidio {size / their_seconds:.3f}, leafout {size / mine:.2f} ({their_seconds / mine:.0f}x)")


if __name__ == "__main__":
    main()
