import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.filters.examples import (
    PIECE_BYTES,
    auc,
    figures,
    gather,
    least_of,
    pieces_of,
    read_examples,
    sample_of,
    scores_of,
    survey,
)
from leafout.corpus.filters.rules import LikeRules
from part_files import write_parts
from topic_texts import pages

RULE = LikeRules(like=("x",), sample=100)


def test_pieces_are_whole_characters_spread_over_a_text() -> None:
    texts = ["", "叶" * 5000, "ab叶🙂" * 20_000, "short"]
    found = pieces_of(pa.array(texts))
    assert np.bincount(found.text_D, minlength=4).tolist() == [0, 3, 8, 1]
    for start, end, text in zip(found.starts_D, found.ends_D, found.text_D, strict=True):
        piece = found.bytes_U[start:end].tobytes().decode()
        assert piece in texts[text]
        assert len(piece.encode()) <= PIECE_BYTES + 3
    whole = pieces_of(pa.array(texts[1:2]), most=99)
    assert sum((whole.ends_D - whole.starts_D).tolist()) == 15_000
    assert not len(pieces_of(pa.array([], pa.string())).starts_D)


def test_a_text_is_scored_alone_and_one_of_nothing_gets_the_least() -> None:
    texts = [text * 500 for text in pages("chips", 12)] + [""]
    sizes = lambda pieces: (pieces.ends_D - pieces.starts_D).astype(np.float64)  # noqa: E731
    whole = scores_of(pa.array(texts), sizes, nothing=-7.0)
    alone = [float(scores_of(pa.array([text]), sizes, nothing=-7.0)[0]) for text in texts]
    assert sum(len(text.encode()) for text in texts) > 4 << 20
    assert whole.tolist() == alone
    assert alone[-1] == -7


def sample(folder: Path, texts: list[str], sizes: list[int], without: tuple[str, ...] = (), seed: int = 3) -> list[str]:
    parts = write_parts(folder, [Document(text) for text in texts], sizes)
    surveys = [folder / f"{number}.npz" for number in range(len(parts))]
    for part, out in zip(parts, surveys, strict=True):
        survey(part, out, rule=RULE, seed=seed)
    return sample_of(surveys, rule=RULE, without=without, seed=seed)


def test_the_sample_depends_on_content_and_seed_alone(tmp_path: Path) -> None:
    texts = [f"第{number}篇 text {number}" for number in range(250)]
    chosen = sample(tmp_path / "a", texts, [])
    assert len(set(chosen)) == 100
    assert sample(tmp_path / "b", texts[::-1] + texts[:50], [30, 0, 100]) == chosen
    assert sample(tmp_path / "c", texts, [], seed=4) != chosen
    assert not set(sample(tmp_path / "d", texts, [], without=tuple(chosen[:60]))) & set(chosen[:60])
    assert sample(tmp_path / "e", [], []) == []


def test_examples_are_read_in_any_format(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("叶绿素" * 300, encoding="gb18030")
    row = json.dumps({"text": "leaf " * 100})
    (tmp_path / "b.jsonl").write_text(f"{row}\n{row}\n", encoding="utf-8")
    assert sorted(map(len, read_examples(["*.txt", "b.jsonl"], tmp_path))) == [500, 900]
    (tmp_path / "c.txt").write_text("too little", encoding="utf-8")
    with pytest.raises(LeafoutError, match="hold 10 characters, at least 1000"):
        read_examples(["c.txt"], tmp_path)


def test_a_fifth_is_kept_back_each_time_as_whole_texts_where_there_are_enough() -> None:
    good = [text * 40 for text in pages("chips", 20)]
    found = gather(good, pages("garden", 50))
    for fold in range(5):
        learned, back = found.learned(fold), found.kept_back(fold)
        assert len(set(back[0].text_D.tolist())) == 4
        assert not set(back[0].text_D.tolist()) & set(learned[0].text_D.tolist())
        assert [len(part.starts_D) for part in (learned[1], back[1])] == [40, 10]
    assert found.learned(None) == (found.good, found.other)
    few = gather([good[0] * 20], pages("garden", 50))
    assert 0 < len(few.kept_back(4)[0].starts_D) < 0.3 * len(few.good.starts_D)
    with pytest.raises(LeafoutError, match="1 pages of documents, at least 5"):
        gather(good, ["alone"])


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    draw = np.random.default_rng(5)
    good, other = draw.integers(0, 9, 50) + 1.0, draw.integers(0, 9, 70) + 0.0
    above, equal = good[:, None] > other, good[:, None] == other
    assert auc(good, other) == pytest.approx((above + equal / 2).mean())


@pytest.mark.parametrize(
    ("rule", "least", "kept"),
    [
        ({}, 5.0, 0.96),
        ({"keep_examples": 1.0}, 0.0, 1.0),
        ({"keep_examples": 0.5}, 50.0, 0.51),
        ({"least_score": 90}, 90, 0.11),
    ],
)
def test_the_bound_keeps_the_wanted_share_of_examples(rule: dict[str, float], least: float, kept: float) -> None:
    good = np.arange(101, dtype=np.float32)
    told = figures(LikeRules.read({"like": "x", **rule}), good, good - 50)
    assert told["least_score"] == least
    assert told["kept_of_examples"] == pytest.approx(kept, abs=0.01)


def test_the_bound_of_a_fraction_counts_all_documents(tmp_path: Path) -> None:
    scores = np.random.default_rng(2).permutation(1000).astype(np.float32)
    paths = [tmp_path / "0.npy", tmp_path / "1.npy"]
    np.save(paths[0], scores[:10])
    np.save(paths[1], scores[10:])
    assert least_of(paths, 0.25) == 750
    assert least_of(paths, 1.0) == 0
    assert least_of(paths, 1e-9) == 999
    assert least_of([], 0.5) == 0


def test_the_half_of_a_text_goes_by_its_first_bytes() -> None:
    texts = [f"{number}叶" * 90 for number in range(40)]
    whole = pieces_of(pa.array([text + "x" * 20_000 for text in texts]))
    heads = pieces_of(pa.array(texts), most=1)
    half_of = dict(zip(whole.text_D.tolist(), whole.halves().tolist(), strict=True))
    assert len(whole.starts_D) > 3 * len(texts)
    assert [half_of[text] for text in range(40)] == heads.halves().tolist()
    assert 5 < sum(half_of.values()) < 35
    assert pieces_of(pa.array([texts[0], "", texts[1]])).halves().tolist() == heads.halves().tolist()[:2]
