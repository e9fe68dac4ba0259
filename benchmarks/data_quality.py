"""Quality rules beside datatrove's and data-juicer's: how often verdicts agree, and CPU time, on the same documents.

Parity, under one tokenisation: datatrove's filters are given our words (`cut_words`, symbols that stand alone as one
token each; words only for n-grams) and our count of sentences. Each rule is compared alone, at its own threshold and at
the median of the documents, where half of them fall on either side; then each family as a whole. Chinese documents are
compared too: datatrove's filters with our Chinese thresholds and stop words.

Speed: CPU seconds of one thread, from texts in memory to verdicts, start-up aside: datatrove as it comes (spaCy's
tokenizer), datatrove with `str.split` for a tokenizer, data-juicer's nine text filters, and ours with all rules of that
family (beside data-juicer of Gopher's, and of all families).

    python benchmarks/data_quality.py --data texts/

FOLDER/raw holds *.txt, *.txt.xz or *.jsonl.xz, Chinese and English; the longest string of a JSON row is its text.
FOLDER/web may hold *.tar.xz of *.html and *.html.gz: all the text of a page is a document, menus and all.
"""

import argparse
import gzip
import json
import lzma
import random
import re
import statistics
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import peers  # type: ignore[import-not-found]  # the file beside this one
from leafout.corpus.kernels.quality import edits, faults, measures
from leafout.text.language import language
from leafout.text.normalise import normalise
from leafout.text.quality import QualityRules
from leafout.text.quality_gopher import STOP_WORDS
from leafout.text.quality_parts import cut_words, num_sentences
from leafout.text.quality_table import MEASURES, RULES

DATATROVE = ["datatrove==0.10.1", "spacy>=3.8", "nltk", "regex", "numpy", "tokenizers"]
JUICER = ["py-data-juicer==1.6.1", "aiohttp"]
CITATION = re.compile(r"\[\d*]|\[edit]|\[citation needed]")

PEER = r"""
import json, sys, time
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
import datatrove.utils.word_tokenizers as tokenizers
from datatrove.utils.text import split_into_parts
KINDS = {"gopher": GopherQualityFilter, "repetition": GopherRepetitionFilter, "c4": C4QualityFilter,
         "fineweb": FineWebQualityFilter}
given = json.load(open(sys.argv[1], encoding="utf-8"))
texts, tokens, sentences = given["texts"], given["tokens"], given["sentences"]

class Ours:
    def __init__(self, which): self.which = which
    def word_tokenize(self, text): return tokens[self.which][text]
    def span_tokenize(self, text): return [(0, end + 1) for end in range(sentences.get(text, 1))]

class Spaces:
    def word_tokenize(self, text): return text.split()
    def span_tokenize(self, text): return [(0, end + 1) for end in range(text.count(". ") + 1)]

load, answers = tokenizers.load_word_tokenizer, []
for name, tokenizer, filters in given["asks"]:
    if tokenizer == "spacy":
        tokenizers.load_word_tokenizer = load
    elif tokenizer == "spaces":
        tokenizers.load_word_tokenizer = lambda language: Spaces()
    made = [(kind, KINDS[kind](**values)) for kind, values in filters]
    if tokenizer == "spacy":
        split_into_parts("warm up.", "WORDS", "eng"), split_into_parts("warm up.", "SENTENCE", "eng")
    start, found = time.process_time(), []
    for text in texts:
        document, verdict = Document(text=text, id=""), True
        for kind, one in made:
            if tokenizer == "ours":
                tokenizers.load_word_tokenizer = lambda language: Ours(kind == "repetition")
                split_into_parts.cache_clear()
            try:
                verdict = one.filter(document)
            except ZeroDivisionError:
                verdict = (False, "error")
            if verdict is not True:
                break
        found.append([None if verdict is True else verdict[1], document.text if name == "c4" else ""])
    answers.append([name, tokenizer, time.process_time() - start, found])
print(json.dumps(answers))
"""

JUICE = r"""
import json, sys, time
from data_juicer.ops.filter.alphanumeric_filter import AlphanumericFilter
from data_juicer.ops.filter.average_line_length_filter import AverageLineLengthFilter
from data_juicer.ops.filter.character_repetition_filter import CharacterRepetitionFilter
from data_juicer.ops.filter.maximum_line_length_filter import MaximumLineLengthFilter
from data_juicer.ops.filter.special_characters_filter import SpecialCharactersFilter
from data_juicer.ops.filter.text_length_filter import TextLengthFilter
from data_juicer.ops.filter.word_repetition_filter import WordRepetitionFilter
from data_juicer.ops.filter.words_num_filter import WordsNumFilter
from data_juicer.utils.constant import Fields
texts = json.load(open(sys.argv[1], encoding="utf-8"))["texts"]
filters = [AlphanumericFilter(), AverageLineLengthFilter(), CharacterRepetitionFilter(), MaximumLineLengthFilter(),
           SpecialCharactersFilter(), TextLengthFilter(), WordRepetitionFilter(rep_len=5), WordRepetitionFilter(),
           WordsNumFilter()]
start = time.process_time()
for first in range(0, len(texts), 1000):
    part = texts[first : first + 1000]
    for one in filters:
        samples = {"text": part, Fields.stats: [{} for _ in part], Fields.context: [{} for _ in part]}
        list(one.process_batched(one.compute_stats_batched(samples)))
print(json.dumps(time.process_time() - start))
"""


class _Visible(HTMLParser):
    """Collects the text of a page but for scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in {"script", "style"}
        if tag in {"p", "div", "li", "br", "tr", "h1", "h2", "h3", "td"}:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def raw_texts(folder: Path) -> Iterator[str]:
    """The texts of FOLDER/raw."""
    for path in sorted((folder / "raw").glob("*")):
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        lines = data.decode("utf-8", "replace").split("\n")
        if ".jsonl" in path.suffixes:
            rows = (json.loads(line) for line in lines[:3000] if line)
            yield from (max((v for v in row.values() if isinstance(v, str)), key=len) for row in rows)
        else:
            yield "\n".join(lines)


def pages(folder: Path) -> Iterator[str]:
    """All the text of the pages of FOLDER/web."""
    for path in sorted((folder / "web").glob("*.tar.xz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and member.name.endswith((".html", ".html.gz")):
                    file = archive.extractfile(member)
                    data = b"" if file is None else file.read()
                    page = gzip.decompress(data) if member.name.endswith(".gz") else data
                    reader = _Visible()
                    reader.feed(page.decode("utf-8", "replace"))
                    yield re.sub(r"\n\s*\n+", "\n\n", "".join(reader.parts))


def pieces(text: str, chance: random.Random) -> Iterator[str]:
    """A long text in pieces of 300 to 8,000 characters, cut at line ends."""
    held: list[str] = []
    size, wanted = 0, chance.randint(300, 8000)
    for line in text.split("\n"):
        held.append(line)
        size += len(line)
        if size >= wanted:
            yield "\n".join(held)
            held, size, wanted = [], 0, chance.randint(300, 8000)
    if held:
        yield "\n".join(held)


def documents(folder: Path, count: int) -> dict[str, list[str]]:
    """So many documents of each language: all pages, then pieces of texts at random."""
    chance = random.Random(7)
    found: dict[str, list[str]] = {"en": [], "zh": []}
    plain: dict[str, list[str]] = {"en": [], "zh": []}
    for page in pages(folder):
        text = normalise(page)
        if (spoken := language(text)) in found and text:
            found[spoken].append(text[:30_000])
    for text in raw_texts(folder):
        for piece in pieces(text, chance):
            if (spoken := language(piece)) in plain and piece.strip():
                plain[spoken].append(normalise(piece))
    for spoken, some in plain.items():
        chance.shuffle(some)
        found[spoken] = list(dict.fromkeys(found[spoken] + some))[:count]
    return found


def unquoted(text: str) -> str:
    """A text without quotation marks at the ends of lines: datatrove takes straight ones, or none, for an end."""
    return re.sub("[\"'”’]+(?=\n|$)", "", text)


def ours_alone(family: str, **values: Any) -> QualityRules:
    """One family and nothing else."""
    return QualityRules.read({"preset": "none", family: values})


OPTIONS: dict[str, tuple[str, str]] = {
    "gopher_min_words": ("gopher", "min_doc_words"),
    "gopher_max_words": ("gopher", "max_doc_words"),
    "gopher_min_mean_word": ("gopher", "min_avg_word_length"),
    "gopher_max_mean_word": ("gopher", "max_avg_word_length"),
    "gopher_max_hashes": ("gopher", "max_symbol_word_ratio"),
    "gopher_max_ellipses": ("gopher", "max_symbol_word_ratio"),
    "gopher_max_bullet_lines": ("gopher", "max_bullet_lines_ratio"),
    "gopher_max_ellipsis_lines": ("gopher", "max_ellipsis_lines_ratio"),
    "gopher_min_alphabetic_words": ("gopher", "max_non_alpha_words_ratio"),
    "gopher_min_stop_words": ("gopher", "min_stop_words"),
    "repetition_max_duplicate_lines": ("repetition", "dup_line_frac"),
    "repetition_max_duplicate_line_chars": ("repetition", "dup_line_char_frac"),
    "repetition_max_duplicate_paragraphs": ("repetition", "dup_para_frac"),
    "repetition_max_duplicate_paragraph_chars": ("repetition", "dup_para_char_frac"),
    "fineweb_min_line_ends": ("fineweb", "line_punct_thr"),
    "fineweb_max_short_lines": ("fineweb", "short_line_thr"),
    "fineweb_max_duplicate_chars": ("fineweb", "char_duplicates_ratio"),
    "fineweb_max_newlines": ("fineweb", "new_line_ratio"),
}
"""The option of datatrove's filter that a rule of ours is; the n-grams are named by their size."""
OFF: dict[str, dict[str, Any]] = {
    "gopher": dict.fromkeys({option for kind, option in OPTIONS.values() if kind == "gopher"}),
    "repetition": {
        **dict.fromkeys({option for kind, option in OPTIONS.values() if kind == "repetition"}),
        "top_n_grams": [],
        "dup_n_grams": [],
    },
    "fineweb": {"line_punct_thr": -1, "short_line_thr": 2, "char_duplicates_ratio": 2, "new_line_ratio": 1e9},
}


def theirs(reason: str, limit: float, kind: str) -> tuple[str, dict[str, Any]]:
    """Datatrove's filter with one rule on."""
    if found := re.fullmatch(r"repetition_max_(top|duplicate)_(\d+)_grams?", reason):
        name = "top_n_grams" if found[1] == "top" else "dup_n_grams"
        return "repetition", OFF["repetition"] | {name: [[int(found[2]), limit]]}
    family, option = OPTIONS[reason]
    extra: dict[str, Any] = {"stop_words": list(STOP_WORDS[kind])} if family == "gopher" else {}
    if family == "fineweb":
        extra["short_line_length"] = 10 if kind == "zh" else 30
    return family, OFF[family] | {option: limit} | extra


def whole_family(family: str, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Datatrove's filters with all rules of a family at our thresholds for a language."""
    if family == "c4":
        return [("c4", {})] if kind == "en" else []
    rules = QualityRules(preset="fineweb")
    asked: dict[str, dict[str, Any]] = {}
    for limit in rules.limits[kind]:  # type: ignore[index]  # a language
        if limit.rule.path[0] in ({"gopher", "repetition"} if family == "gopher" else {family}):
            bound = limit.low if limit.rule.side == "min" else limit.high
            name, values = theirs(limit.rule.reason, bound, kind)
            held = asked.setdefault(name, dict(OFF[name]))
            for key, value in values.items():
                if value != OFF[name].get(key, ...):
                    held[key] = (
                        held[key] + value if isinstance(held.get(key), list) and key.endswith("grams") else value
                    )
    return list(asked.items())


def ask_datatrove(texts: list[str], asks: list[tuple[str, str, list[tuple[str, dict[str, Any]]]]]) -> list[Any]:
    """Run filters in datatrove's environment: name, tokenizer, CPU seconds, verdicts."""
    tokens: list[dict[str, list[str]]] = [{}, {}]
    sentences: dict[str, int] = {}
    for text in texts:
        words, alone = cut_words(text)
        tokens[0][text], tokens[1][text] = words + ["|"] * alone, words
        for line in text.splitlines():
            bare = CITATION.sub("", line.strip())
            sentences[bare] = num_sentences(bare)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.json"
        path.write_text(json.dumps({"texts": texts, "tokens": tokens, "sentences": sentences, "asks": asks}))
        answers: list[Any] = peers.ask(peers.python("quality", DATATROVE), PEER, str(path))
    return answers


def compare_rules(texts: list[str], kind: str) -> None:
    """Each rule alone, at its threshold and at the median."""
    array, languages = pa.array(texts), [kind] * len(texts)
    open_rules = QualityRules(preset="fineweb")
    asks, ours = [], []
    for limit in open_rules.limits[kind]:  # type: ignore[index]  # a language
        rule = limit.rule
        if rule.reason not in OPTIONS and not rule.reason.startswith("repetition_"):
            continue
        alone = {name: None for name in type(getattr(open_rules, rule.path[0])).model_fields if name != rule.path[1]}
        if rule.path[0] == "fineweb":
            alone.pop("short_line_chars", None)
        loose = {rule.path[1]: 1e9 if rule.side == "max" else 0}
        if "fraction" in str(type(getattr(open_rules, rule.path[0])).model_fields[rule.path[1]].annotation).lower() or (
            rule.side == "max" and limit.high <= 1
        ):
            loose = {rule.path[1]: 1.0 if rule.side == "max" else 0.0}
        values = measures(array, languages, ours_alone(rule.path[0], **alone, **loose))[
            :, list(MEASURES).index(rule.measure)
        ]
        usable = values[~np.isnan(values)]
        bound = limit.low if rule.side == "min" else limit.high
        for where, at in (("own", bound), ("median", float(np.median(usable)))):
            broken = values < at if rule.side == "min" else values > at
            ours.append((rule.reason, where, at, broken))
            asks.append((rule.reason, "ours", [theirs(rule.reason, at or 1e-12, kind)]))
    answers = ask_datatrove(texts, asks)
    print(f"\n{kind}: each rule alone  {'at its threshold':>34}{'dropped':>9}{'at the median':>16}{'dropped':>9}")
    for place in range(0, len(ours), 2):
        cells = []
        for (reason, _, at, broken), (_, _, _, found) in zip(
            ours[place : place + 2], answers[place : place + 2], strict=True
        ):
            refused = np.array([verdict is not None and wanted_reason(reason, verdict) for verdict, _ in found])
            cells.append(f"{at:>10.4g}{np.mean(refused == broken):>9.2%}{np.mean(broken):>8.1%}")
        print(f"{ours[place][0]:<42}{'  '.join(cells)}")


def wanted_reason(reason: str, verdict: str) -> bool:
    """Whether a verdict of datatrove is of the rule in question; one option of it bounds both hashes and ellipses."""
    if reason == "gopher_max_hashes":
        return verdict == "gopher_too_many_hashes"
    return verdict == "gopher_too_many_ellipsis" if reason == "gopher_max_ellipses" else True


def judge(family: str, texts: pa.Array, kind: str) -> list[str | None]:
    """Our verdicts with the rules of one family."""
    if family == "gopher":
        rules = QualityRules.read({"preset": "none", "gopher": {}, "repetition": {}})
    elif family == "web":
        rules = QualityRules(preset="web")
    else:
        rules = ours_alone(family)
    languages = [kind] * len(texts)
    return faults(edits(texts, languages, rules)[0], languages, rules)


def seconds_of(family: str, texts: list[str], kind: str) -> float:
    """CPU seconds of our verdicts, the median of five runs after one."""
    array = pa.array(texts)
    judge(family, array, kind)
    taken = []
    for _ in range(5):
        start = time.process_time()
        judge(family, array, kind)
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def compare_families(texts: list[str], kind: str) -> None:
    """Each family as a whole: agreement and speed."""
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    tokenizers = ("ours", "spacy", "spaces") if kind == "en" else ("ours", "spaces")
    families = [family for family in ("gopher", "c4", "fineweb") if whole_family(family, kind)]
    asks = [(family, tokenizer, whole_family(family, kind)) for family in families for tokenizer in tokenizers]
    answers = ask_datatrove(texts, asks)
    bare = [unquoted(text) for text in texts]
    again = [(family, "ours", whole_family(family, kind)) for family in families if family != "gopher"]
    without_quotes = ask_datatrove(bare, again)
    columns = f"{'agree':>8}{'kept':>7}{'theirs':>8}{'MB/s':>8}{'ours':>8}{'ratio':>7}"
    print(f"\n{kind}: families  {'datatrove with':<16}{columns}")
    for family, tokenizer, seconds, found in answers:
        verdicts = judge(family, pa.array(texts), kind)
        same = np.mean([(ours is None) == (reason is None) for ours, (reason, _) in zip(verdicts, found, strict=True)])
        kept, kept_there = np.mean([v is None for v in verdicts]), np.mean([reason is None for reason, _ in found])
        took = seconds_of(family, texts, kind)
        speed = (
            f"{megabytes / seconds:>8.2f}{megabytes / took:>8.1f}{seconds / took:>7.0f}" if tokenizer != "ours" else ""
        )
        print(f"   {family:<13}{tokenizer:<16}{same:>8.2%}{kept:>7.1%}{kept_there:>8.1%}{speed}")
        if tokenizer == "ours":
            pairs = Counter(
                (ours, reason)
                for ours, (reason, _) in zip(verdicts, found, strict=True)
                if (ours is None) != (reason is None)
            )
            for (ours_reason, reason), count in pairs.most_common(5):
                print(f"        {count} x ours {ours_reason}, theirs {reason}")
            if family == "c4":
                compare_edits(texts, kind, found)
    for family, _, _, found in without_quotes:
        verdicts = judge(family, pa.array(bare), kind)
        same = np.mean([(ours is None) == (reason is None) for ours, (reason, _) in zip(verdicts, found, strict=True)])
        print(f"   {family:<13}{'ours':<16}{same:>8.2%} without quotation marks at line ends")
        if family == "c4":
            compare_edits(bare, kind, found)


def compare_edits(texts: list[str], kind: str, found: list[tuple[str | None, str]]) -> None:
    """How often the text that is left is the same, white space aside, of those that both keep."""
    left = edits(pa.array(texts), [kind] * len(texts), ours_alone("c4"))[0]
    verdicts = faults(left, [kind] * len(texts), ours_alone("c4"))
    rows = zip(left.to_pylist(), found, verdicts, strict=True)
    same = [ours.split() == theirs.split() for ours, (reason, theirs), verdict in rows if verdict is reason is None]
    print(f"        the text that is left is the same in {np.mean(same):.2%} of {len(same)} that both keep")


def compare_juicer(texts: list[str], kind: str) -> None:
    """Nine filters of data-juicer beside our nearest family, Gopher's with repetition, and beside all our rules."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.json"
        path.write_text(json.dumps({"texts": texts}))
        seconds = float(peers.ask(peers.python("juicer", JUICER), JUICE, str(path)))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"   data-juicer, nine filters: {megabytes / seconds:.2f} MB/s")
    for family, what in (("gopher", "23 rules of Gopher"), ("web", "all our rules")):
        took = seconds_of(family, texts, kind)
        print(f"   {what}: {megabytes / took:.1f} MB/s, {seconds / took:.0f} x")


def main() -> None:
    """Print all comparisons."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="a folder with raw/ and web/, see above")
    wish.add_argument("--documents", type=int, default=2000, help="of each language")
    given = wish.parse_args()
    for kind, texts in documents(given.data, given.documents).items():
        size = sum(len(text.encode()) for text in texts) / 1e6
        print(f"\n{kind}: {len(texts)} documents, {size:.1f} MB; {len(RULES)} rules in all")
        compare_families(texts, kind)
        compare_juicer(texts, kind)
        compare_rules(texts, kind)


if __name__ == "__main__":
    main()
