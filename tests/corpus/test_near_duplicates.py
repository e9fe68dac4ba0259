import random
import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus import near_candidates
from leafout.corpus.near_duplicates import best_of_clusters, clusters, clusters_on_disk, keys_of
from leafout.corpus.near_rules import NearDedup
from leafout.corpus.text_stores import ArrayTexts

ENGLISH = [f"w{n}" for n in range(4000)]
CHINESE = [chr(code) for code in range(0x4E00, 0x5E00)]


def variant(words: list[str], edits: int, draw: random.Random) -> list[str]:
    changed = list(words)
    for place in draw.sample(range(len(words)), edits):
        changed[place] = f"e{draw.random()}"
    return changed


def corpus(alphabet: list[str], joiner: str, seed: int) -> list[str]:
    """Families of texts from nearly equal to rather different, in a random order."""
    draw = random.Random(seed)
    texts = []
    for _ in range(60):
        words = [draw.choice(alphabet) for _ in range(draw.randint(4, 200))]
        texts += [joiner.join(words)] * draw.choice([1, 1, 2])
        for _ in range(draw.randint(0, 4)):
            changed = list(words)
            for _ in range(draw.randint(0, max(len(words) // 25, 1))):
                changed[draw.randrange(len(words))] = draw.choice(alphabet)
            texts.append(joiner.join(changed[draw.randint(0, 3) :]))
    draw.shuffle(texts)
    return texts


def truth(texts: list[str], threshold: float) -> list[int]:
    """Clusters by comparing every text with every other, in plain Python."""
    sets = []
    for text in texts:
        units = re.findall("[\u4e00-\u9fff]|[a-z0-9]+", text.lower())
        sets.append({tuple(units[i : i + 3]) for i in range(max(1, len(units) - 2))})
    roots = list(range(len(texts)))
    for a, b in combinations(range(len(texts)), 2):
        if roots[a] != roots[b] and len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= threshold:
            low, high = sorted((roots[a], roots[b]))
            roots = [low if root == high else root for root in roots]
    return roots


@pytest.mark.parametrize("joiner", [" ", ""])
def test_near_duplicates_are_found_and_others_left(joiner: str) -> None:
    draw = random.Random(3)
    alphabet = ENGLISH if joiner else CHINESE
    originals = [[draw.choice(alphabet) for _ in range(100)] for _ in range(200)]
    texts = [joiner.join(words) for words in originals]
    texts += [joiner.join(words[:98]) for words in originals]
    found = clusters(texts, threshold=0.8)
    assert np.array_equal(found[:200], np.arange(200))
    assert np.mean(found[200:] == np.arange(200)) >= 0.99


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.8, 1.0])
@pytest.mark.parametrize(("alphabet", "joiner"), [(ENGLISH, " "), (CHINESE, "")])
def test_clusters_are_those_of_comparing_all_with_all(alphabet: list[str], joiner: str, threshold: float) -> None:
    texts = corpus(alphabet, joiner, 5)
    wanted = truth(texts, threshold)
    found = clusters(texts, threshold=threshold)
    assert len(set(wanted)) < len(texts) - 20
    assert np.mean(found == np.array(wanted)) >= 0.99
    # nothing joins that should not: each cluster found lies within a true one
    assert len({(root, true) for root, true in zip(found.tolist(), wanted, strict=True)}) == len(set(found.tolist()))


def test_candidates_below_the_threshold_do_not_join() -> None:
    draw = random.Random(4)
    words = [f"w{number}" for number in range(100)]
    texts = [" ".join(words)] + [" ".join(variant(words, 12, draw)) for _ in range(30)]
    assert len(set(clusters(texts, threshold=0.8).tolist())) == 31
    assert len(set(clusters(texts, threshold=0.3).tolist())) == 1


def test_nothing_and_empty_texts_are_no_trouble() -> None:
    assert len(clusters([], threshold=0.8)) == 0
    assert clusters(["", "叶"], threshold=0.8).tolist() == [0, 1]
    assert clusters(["\ud800 a", "叶", "\ud800 A"], threshold=0.8).tolist() == [0, 1, 0]


def test_arrays_of_arrow_give_what_strings_give() -> None:
    texts = corpus(CHINESE, "", 12)
    wanted = clusters(texts, threshold=0.8).tolist()
    assert clusters(pa.array(texts), threshold=0.8).tolist() == wanted
    assert clusters(pa.chunked_array([texts[:7], texts[7:]]), threshold=0.8).tolist() == wanted
    assert clusters(pa.chunked_array([], pa.string()), threshold=0.8).tolist() == []
    assert clusters(pa.array(["甲", None, None]), threshold=0.8).tolist() == [0, 1, 1]


def test_a_crowd_of_copies_is_one_cluster() -> None:
    draw = random.Random(6)
    page = [draw.choice(CHINESE) for _ in range(200)]
    texts = ["".join(page) + f"，第{number}次访问" for number in range(300)]
    texts[7] = "".join(draw.choice(CHINESE) for _ in range(200))
    found = clusters(texts, threshold=0.8)
    assert found[7] == 7
    assert set(np.delete(found, 7).tolist()) == {0}


@pytest.mark.parametrize(("cuts", "memory_rows"), [((), 1 << 22), ((1,), 1 << 22), ((40, 41, 90), 0)])
def test_disk_gives_the_clusters_of_memory_whatever_the_parts(
    cuts: tuple[int, ...], memory_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_candidates, "_MEMORY_ROWS", memory_rows)
    texts = corpus(ENGLISH, " ", 8) + corpus(CHINESE, "", 9)
    borders = [0, *cuts, len(texts)]
    paths = []
    for number, (first, last) in enumerate(pairwise(borders)):
        paths.append(tmp_path / f"{number}.npy")
        np.save(paths[-1], keys_of(pa.array(texts[first:last]), threshold=0.7))
    seen: list[tuple[int, int]] = []
    found = clusters_on_disk(
        paths,
        ArrayTexts(pa.array(texts)),
        threshold=0.7,
        scratch=tmp_path / "scratch",
        progress=lambda done, of: seen.append((done, of)),
    )
    wanted = clusters(texts, threshold=0.7)
    assert found.tolist() == wanted.tolist()
    assert len(set(found.tolist())) < len(texts) - 50
    assert seen[-1][0] == seen[-1][1] == len(seen)


CLUSTERS = np.array([0, 0, 2, 0, 2, 5])
LENGTHS = np.array([3, 9, 4, 9, 4, 1])
TIMES = pa.array(["2024-01-02", "2023", None, "2024-01-01T23:00:00-02:00", "yesterday", None])
SOURCES = pa.array(["wiki-en", "news", "news", None, "wiki-zh", "news"])


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({}, [1, 2, 5]),
        ({"keep": "first"}, [0, 2, 5]),
        ({"keep": "newest"}, [2, 3, 5]),
        ({"prefer": ("wiki*",)}, [0, 4, 5]),
        ({"prefer": ("news", "wiki*")}, [1, 2, 5]),
        ({"prefer": ("weibo",), "keep": "first"}, [0, 2, 5]),
    ],
)
def test_the_copy_that_stays_is_the_rules(rule: dict[str, object], wanted: list[int]) -> None:
    stays = best_of_clusters(CLUSTERS, NearDedup.read(rule), lengths_N=LENGTHS, times=TIMES, sources=SOURCES)
    assert np.flatnonzero(stays).tolist() == wanted


def test_nothing_has_no_best() -> None:
    empty = np.zeros(0, np.int64)
    assert len(best_of_clusters(empty, NearDedup(), lengths_N=empty)) == 0


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(LeafoutError, match="`keep` is 'best'"):
        NearDedup.read({"keep": "best"})
