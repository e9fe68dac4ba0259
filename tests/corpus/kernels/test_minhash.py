import numpy as np
import pytest

from leafout.corpus.kernels.minhash import shingles, signatures


def reference_jaccard(first: str, second: str) -> float:
    """Plain Jaccard of three-unit shingles."""
    import re

    def of(text: str) -> set[tuple[str, ...]]:
        units = re.findall("[\u4e00-\u9fff]|[a-z0-9]+", text.lower())
        return {tuple(units[i : i + 3]) for i in range(max(1, len(units) - 2))}

    a, b = of(first), of(second)
    return len(a & b) / len(a | b)


PAIRS = [
    ("The quick brown fox jumps over the lazy dog", "the quick, brown fox jumps over the LAZY dog!"),
    ("The quick brown fox jumps over the lazy dog", "The quick brown cat jumps over the lazy dog"),
    ("今天天气很好，我们去公园玩", "今天天气很好，我们去公园散步"),
    ("买了 iPhone 15 很满意", "买了 iPhone 14 很满意"),
    ("完全不同的一句话", "nothing in common here at all"),
    ("短", "短"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_shingles_give_the_plain_jaccard(first: str, second: str) -> None:
    found = shingles(["", first, "x", second, "。！"])
    a, b = found.of(1), found.of(3)
    shared = len(np.intersect1d(a, b))
    assert shared / (len(a) + len(b) - shared) == pytest.approx(reference_jaccard(first, second))


def test_signatures_agree_as_often_as_shingles_do() -> None:
    words = [f"w{number}" for number in range(400)]
    found = shingles([" ".join(words), " ".join(words[:360] + [f"v{number}" for number in range(40)])])
    a, b = found.of(0), found.of(1)
    jaccard = len(np.intersect1d(a, b)) / len(np.union1d(a, b))
    first, second = signatures(found, 2000)
    assert np.mean(first == second) == pytest.approx(jaccard, abs=0.04)


def test_a_text_does_not_depend_on_its_company() -> None:
    alone = shingles(["İstanbul 和 leaf"])
    among = shingles(["a b c d", "İstanbul 和 leaf", "叶"])
    assert alone.of(0).tolist() == among.of(1).tolist()
