"""Near-duplicates beside what they are measured against: speed, recall and precision on the same documents, in one run.

Documents are cut from the user's own texts (2 to 6 KB each), near-duplicates of some of them are planted (words or
characters replaced, dropped and added, ends cut off: Jaccard 0.5 to 1), and every pair of documents is compared to know
the truth. Recall: of the pairs at the threshold or over it, how many end in one cluster. Precision: of the pairs that
end in one cluster, how many are in one cluster of the truth. Times are CPU seconds of one core, from texts in memory to
clusters, without starting up. Peers: datatrove's pipeline (signature, buckets, cluster), with its English tokenizer and
five-word shingles as it comes, and again with our units and three of them; rensa and datasketch, fed with our shingles.

    python benchmarks/data_dedup.py --data texts/ --documents 5000

FOLDER/raw holds *.txt, *.txt.xz or *.jsonl.xz, Chinese and English; the longest string of a JSON row is its text.
"""

import argparse
import json
import lzma
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # scikit-learn brings it; it has no types

import peers  # type: ignore[import-not-found]  # the file beside this one
from leafout.corpus.near_duplicates import clusters

PACKAGES = [
    "datatrove==0.10.1",
    "rensa==0.5.0",
    "datasketch==2.0.0",
    "spacy>=3.8",
    "tokenizers",
    "regex",
    "orjson",
    "xxhash<4",
]
UNIT = (
    "[\u3005-\u3007\u3021-\u3029\u3040-\u30fa\u30fc-\u312f\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff]"
    "|[^\\W_\u3005-\u3007\u3021-\u3029\u3040-\u30fa\u30fc-\u312f\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff]+"
)
THRESHOLD = 0.8

PEER = r"""
import json, re, sys, tempfile, time
from itertools import islice
name, path, unit, threshold = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
texts = json.load(open(path, encoding="utf-8"))
UNIT = re.compile(unit)

class Units:
    def word_tokenize(self, text): return UNIT.findall(text)

def shingles(text):
    words = UNIT.findall(text.lower())
    return [" ".join(found) for found in zip(words, words[1:], words[2:])] or [" ".join(words)]

def connected(pairs, size):
    roots = list(range(size))
    def find(item):
        while roots[item] != item:
            roots[item] = roots[roots[item]]
            item = roots[item]
        return item
    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        roots[high] = low
    return [find(item) for item in range(size)]

def datatrove(texts, ours):
    from datatrove.data import Document
    from datatrove.pipeline.dedup import minhash
    config = minhash.MinhashConfig(n_grams=3 if ours else 5)
    with tempfile.TemporaryDirectory() as root:
        sign = minhash.MinhashDedupSignature(root + "/signatures", config, language="en")
        if ours: sign.word_tokenizer = Units()
        sign.run((Document(text=text, id=str(n)) for n, text in enumerate(texts)), 0, 1)
        for bucket in range(config.num_buckets):
            stage = minhash.MinhashDedupBuckets(root + "/signatures", root + "/buckets", config=config)
            stage.run(None, bucket, config.num_buckets)
        stage = minhash.MinhashDedupCluster(root + "/buckets", root + "/remove", config=config, save_cluster_id=True)
        stage.run(None, 0, 1)
        import os, struct
        file = root + "/remove/000000.clusters"
        data = open(file, "rb").read() if os.path.exists(file) else b""
    roots, first = list(range(len(texts))), {}
    for document, cluster in struct.iter_unpack("<2I", data):
        roots[document] = first.setdefault(cluster, document)
    return roots

def rensa_r(texts):
    import rensa
    made = rensa.RMinHash.from_token_sets([shingles(text) for text in texts], 128, 42)
    index = rensa.RMinHashLSH(threshold, 128, 32)
    index.insert_many(made)
    near = index.query_all(made)
    pairs = [(a, b) for a, found in enumerate(near) for b in found if b < a]
    return connected([(a, b) for a, b in pairs if made[a].jaccard(made[b]) >= threshold], len(texts))

def rensa_c(texts):
    import rensa
    made = rensa.CMinHash.from_token_sets([shingles(text) for text in texts], 128, 42)
    index = rensa.CMinHashDeduplicator(threshold, 128, 42)
    pairs = []
    for number, one in enumerate(made):
        pairs += [(number, int(key)) for key in index.get_duplicates(one)]
        index.add(str(number), one)
    return connected(pairs, len(texts))

def datasketch(texts):
    from datasketch import MinHash, MinHashLSH
    index, pairs = MinHashLSH(threshold=threshold, num_perm=128), []
    for number, text in enumerate(texts):
        made = MinHash(num_perm=128)
        made.update_batch([shingle.encode() for shingle in set(shingles(text))])
        pairs += [(number, key) for key in index.query(made)]
        index.insert(number, made)
    return connected(pairs, len(texts))

WORK = {
    "datatrove, as it comes": lambda texts: datatrove(texts, False),
    "datatrove, our units": lambda texts: datatrove(texts, True),
    "rensa, R-MinHash": rensa_r,
    "rensa, C-MinHash": rensa_c,
    "datasketch": datasketch,
}
try:
    from loguru import logger
    logger.remove()
except ImportError:
    pass
WORK[name](texts[:50])
start = time.process_time()
roots = WORK[name](texts)
print(json.dumps({"seconds": time.process_time() - start, "roots": roots}))
"""


def main() -> None:
    """Print a table for each language, and the cold start."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--data", type=Path, required=True, help="folder that holds raw/*.txt, *.txt.xz, *.jsonl.xz")
    wish.add_argument("--documents", type=int, default=5000, help="of each language, before near-duplicates are added")
    wish.add_argument("--seed", type=int, default=7)
    given = wish.parse_args()
    found = documents(given.data / "raw", random.Random(given.seed))
    interpreter = peers.python("dedup", PACKAGES)
    for language, texts in sorted(found.items()):
        if len(texts) < given.documents:
            raise SystemExit(f"{given.data} gives {len(texts)} documents in {language}, {given.documents} are wanted")
        draw = random.Random(given.seed)
        compare(language, planted(draw.sample(texts, given.documents), draw), interpreter)
    cold_start()


def documents(folder: Path, draw: random.Random) -> dict[str, list[str]]:
    """All texts cut to 2 to 6 KB, by language."""
    found: dict[str, list[str]] = {"en": [], "zh": []}
    for path in sorted(folder.iterdir()):
        for text in rows(path):
            place = 0
            while place < len(text):
                size = draw.randint(2000, 6000)
                piece = text[place : place + size].encode()[:size].decode(errors="ignore")
                place += len(piece)
                share = len(re.findall("[\u4e00-\u9fff]", piece)) / len(piece)
                if len(piece.encode()) >= 1900 and (share > 0.5 or share < 0.01):
                    found["zh" if share > 0.5 else "en"].append(piece)
    return found


def rows(path: Path) -> Iterator[str]:
    """The texts of a file."""
    whole = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    if ".jsonl" not in path.suffixes:
        yield whole.decode(errors="ignore")
        return
    for line in whole.splitlines():
        yield max((value for value in json.loads(line).values() if isinstance(value, str)), key=len)


def planted(texts: list[str], draw: random.Random) -> list[str]:
    """The texts and near-duplicates of a quarter of them, in a random order."""
    known = [unit for text in texts[:200] for unit in re.findall(UNIT, text)]
    whole = list(texts)
    for text in draw.sample(texts, len(texts) // 4):
        pieces = re.findall(f"(?:{UNIT})|[^\\w]+|_", text)
        rate = draw.uniform(0, 0.125)
        if draw.random() < 0.25:  # as a feed or a quote cuts
            whole.append("".join(pieces[: int(len(pieces) * draw.uniform(0.5, 1))]))
            continue
        edited = []
        for piece in pieces:
            if not re.match(UNIT, piece) or draw.random() >= rate:
                edited.append(piece)
            else:
                edited += draw.choice([[draw.choice(known)], [], [piece, " ", draw.choice(known)]])
        whole.append("".join(edited))
    draw.shuffle(whole)
    return whole


def true_pairs(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Every pair of documents that share half their shingles and more: [P, 2] and their Jaccard similarities [P]."""
    numbers: dict[tuple[str, ...], int] = {}
    sets = []
    for text in texts:
        units = re.findall(UNIT, text.casefold())
        grams = set(zip(units, units[1:], units[2:], strict=False))
        sets.append([numbers.setdefault(gram, len(numbers)) for gram in grams])
    starts = np.cumsum([0, *map(len, sets)])
    places = np.concatenate([np.array(found) for found in sets])
    holds = csr_matrix((np.ones(len(places), np.float32), places, starts), shape=(len(texts), len(numbers)))
    sizes = np.diff(starts)
    pairs, similar = [], []
    for first in range(0, len(texts), 256):
        shared = (holds[first : first + 256] @ holds.T).tocoo()
        ours, theirs = shared.row + first, shared.col
        jaccard = shared.data / (sizes[ours] + sizes[theirs] - shared.data)
        is_wanted = (ours < theirs) & (jaccard >= 0.5)
        pairs.append(np.stack([ours, theirs], axis=1)[is_wanted])
        similar.append(jaccard[is_wanted])
    return np.concatenate(pairs).astype(np.int64), np.concatenate(similar)


def compare(language: str, texts: list[str], interpreter: Path) -> None:
    """One language: all programs, one after another."""
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    pairs_P2, jaccard_P = true_pairs(texts)
    near_P2 = pairs_P2[jaccard_P >= THRESHOLD - 1e-6]
    truth = connected(near_P2, len(texts))
    spread = ", ".join(f"{low / 10:.1f}: {int(((jaccard_P * 10).astype(int) == low).sum())}" for low in range(5, 11))
    print(f"\n{language}: {len(texts)} documents, {megabytes:.1f} MB; pairs by Jaccard {spread}")
    print(f"{'':<26}{'MB/s':>8}{'docs/s':>9}{'ratio':>7}{'recall':>8}{'precision':>10}")
    ours = best_of(lambda array: clusters(array, threshold=THRESHOLD), pa.array(texts, pa.large_string()))
    for name in ("leafout", *re.findall(r'"([^"]+)": (?:lambda|rensa_|datasketch)', PEER)):
        seconds, roots = ours if name == "leafout" else asked(interpreter, name, texts)
        recall, precision = quality(roots, near_P2, truth)
        speed = f"{megabytes / seconds:>8.2f}{len(texts) / seconds:>9.0f}{seconds / ours[0]:>7.1f}"
        print(f"{name:<26}{speed}{recall:>8.4f}{precision:>10.4f}", flush=True)


def best_of(work: Callable[[pa.Array], NDArray[np.int64]], texts: pa.Array) -> tuple[float, NDArray[np.int64]]:
    """CPU seconds, the median of five, and the clusters."""
    work(texts.slice(0, 50))
    seconds = []
    for _ in range(5):
        start = time.process_time()
        roots = work(texts)
        seconds.append(time.process_time() - start)
    return statistics.median(seconds), roots


def asked(interpreter: Path, name: str, texts: list[str]) -> tuple[float, NDArray[np.int64]]:
    """CPU seconds and clusters of a peer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(texts), encoding="utf-8")
        said: dict[str, Any] = peers.ask(interpreter, PEER, name, str(path), UNIT, str(THRESHOLD))
    return float(said["seconds"]), np.array(said["roots"], np.int64)


def connected(pairs_P2: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Clusters that pairs connect."""
    roots = np.arange(size)
    for first, second in pairs_P2.tolist():
        low, high = sorted((roots[first], roots[second]))
        roots[roots == high] = low
    return roots


def quality(roots: NDArray[np.int64], near_P2: NDArray[np.int64], truth: NDArray[np.int64]) -> tuple[float, float]:
    """Recall of the true pairs, and precision of the pairs in one cluster."""
    recall = float(np.mean(roots[near_P2[:, 0]] == roots[near_P2[:, 1]]))

    def pairs(counts: Counter[Any]) -> int:
        return sum(count * (count - 1) // 2 for count in counts.values())

    claimed = pairs(Counter(roots.tolist()))
    right = pairs(Counter(zip(roots.tolist(), truth.tolist(), strict=True)))
    return recall, right / max(claimed, 1)


def cold_start() -> None:
    """Seconds until a fresh process has clustered its first texts, before and after machine code was kept."""
    code = """if True:
        import time
        wall, cpu = time.perf_counter(), time.process_time()
        from leafout.corpus.near_duplicates import clusters
        clusters(["one two three four", "one two three four!", "今天天气很好"], threshold=0.8)
        print(f"{time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} s of CPU time")
    """
    with tempfile.TemporaryDirectory() as folder:
        print("\ncold start, imports included")
        for name in ("first process", "second process", "third process"):
            env = os.environ | {"NUMBA_CACHE_DIR": folder}
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
            print(f"{name:<26}{done.stdout.strip()}")


if __name__ == "__main__":
    main()
