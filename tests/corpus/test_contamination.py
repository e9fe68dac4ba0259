from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.contamination import Findings, IndexMaker, NgramIndex, Overlap, findings
from leafout.corpus.contamination_rule import Contamination

RULE = Contamination(words=4, characters=5, short_words=3, short_characters=3, common=0)
ZH = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少"
EN = "the quick brown fox jumps over the lazy dog"


def index_of(rows: list[str], rule: Contamination = RULE, max_ngrams: int = 1 << 20) -> NgramIndex:
    maker = IndexMaker(rule, max_ngrams=max_ngrams)
    for start in range(0, len(rows), 3):
        maker.add(pa.array(rows[start : start + 3]))
    return maker.index()


def overlap(folder: Path, rows: list[str], documents: list[str], rule: Contamination = RULE) -> Overlap:
    index = index_of(rows, rule)
    found = Findings(folder / "findings.bin", index)
    for start in range(0, len(documents), 2):
        found.add(findings(index, pa.array(documents[start : start + 2]), first_row=start))
    return found.overlap(rule)


def test_rows_have_n_grams_of_words_or_characters_and_short_ones_are_looked_for_whole() -> None:
    rows = [EN, ZH, "quick brown fox", "brown fox", "春眠不觉", "春眠", "", "Ａ good 春 book"]
    index = index_of(rows)
    assert index.totals_R.tolist() == [9 - 3, 20 - 4, 1, 0, 1, 0, 0, 1]
    assert index.thinned == 1


def test_a_short_row_is_found_inside_a_long_document(tmp_path: Path) -> None:
    documents = [
        "无关的文字" * 50,
        f"{'前言。' * 40}她说：春眠、不觉！{'后记。' * 40}",
        "Then, QUICK brown\nfox! " + "x y z " * 90,
    ]
    found = overlap(tmp_path, ["春眠不觉", "quick brown fox", "nothing like it"], documents)
    assert found.documents.tolist() == [1, 2]
    assert found.best_document_R.tolist() == [1, 2, -1]
    assert found.found_R.tolist() == [1, 1, 0]


def test_a_row_counts_its_n_grams_over_all_documents_and_in_the_best_one(tmp_path: Path) -> None:
    documents = [ZH[:8], ZH[10:], "别的内容", ZH[:6]]
    found = overlap(tmp_path, [ZH], documents)
    assert found.found_R.tolist() == [4 + 6]
    assert (found.best_R.tolist(), found.best_document_R.tolist()) == ([6], [1])
    assert found.documents.tolist() == [0, 1, 3]


def test_a_fraction_asks_for_more_of_a_row_in_one_document(tmp_path: Path) -> None:
    rule = RULE.model_copy(update={"fraction": 0.3})
    assert overlap(tmp_path, [ZH], [ZH[:8], ZH[10:]], rule).documents.tolist() == [1]


def test_a_set_phrase_does_not_count_but_a_text_that_is_often_copied_does(tmp_path: Path) -> None:
    rule = RULE.model_copy(update={"common": 2})
    documents = [f"{n} {EN[:19]} {n}" for n in range(4)] + [f"{n} {ZH} {n}" for n in range(4)]
    found = overlap(tmp_path, [EN, ZH], documents, rule)
    assert found.documents.tolist() == [4, 5, 6, 7]
    assert found.common_R.tolist() == [1, 16]
    assert found.found_R.tolist() == [0, 0]


def test_second_texts_count_on_both_sides(tmp_path: Path) -> None:
    maker = IndexMaker(RULE)
    maker.add(pa.array(["nothing at all here", "春天来了"]), pa.array([EN, None]))
    index = maker.index()
    assert index.totals_R.tolist() == [1 + 6, 1]
    found = Findings(tmp_path / "f.bin", index)
    found.add(findings(index, pa.array(["x", "y"]), pa.array([None, EN]), first_row=7))
    assert found.overlap(RULE).documents.tolist() == [8]


def test_many_n_grams_are_thinned_and_every_row_keeps_one() -> None:
    rows = [" ".join(f"w{n}x{m}" for m in range(40)) for n in range(200)]
    whole, thin = index_of(rows), index_of(rows, max_ngrams=500)
    assert whole.totals_R.tolist() == [37] * 200
    assert thin.thinned >= 16
    assert thin.totals_R.min() >= 1
    assert 200 < thin.totals_R.sum() <= 500
    assert set(thin.entries.hashes_E.tolist()) <= set(whole.entries.hashes_E.tolist())


def test_an_index_is_read_as_it_was_saved(tmp_path: Path) -> None:
    index = index_of([EN, ZH])
    index.save(tmp_path / "i")
    again = NgramIndex.load(tmp_path / "i")
    documents = pa.array([f"a {EN}", ZH])
    assert np.array_equal(findings(again, documents, first_row=0), findings(index, documents, first_row=0))
    assert again.totals_R.tolist() == index.totals_R.tolist()


def test_nothing_held_out_contaminates_nothing(tmp_path: Path) -> None:
    assert overlap(tmp_path, ["短"], [EN, ZH]).documents.tolist() == []
    assert overlap(tmp_path, [EN], []).best_document_R.tolist() == [-1]


PIECES = st.lists(st.sampled_from(["a ", "b ", "the ", "春", "晓", "。"]), max_size=14).map("".join)


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, min_size=1, max_size=4), st.lists(PIECES, min_size=1, max_size=5), st.sampled_from([0, 1, 2]))
def test_overlap_is_what_counting_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], documents: list[str], common: int
) -> None:
    rule = RULE.model_copy(update={"common": common})
    found = overlap(tmp_path_factory.mktemp("o"), rows, documents, rule)
    grams = [_grams(row) for row in rows]
    words = [_words(document) for document in documents]
    held = [{g for row in grams for g in row if _inside(g, said)} for said in words]
    often = {g for row in grams for g in row if common and sum(g in some for some in held) > common}
    for row, mine in enumerate(grams):
        assert found.found_R[row] == sum(any(g in some for some in held) and g not in often for g in mine)
        shared = [len(mine & some) for some in held]
        assert found.best_R[row] == max(shared)
        assert found.best_document_R[row] == (shared.index(max(shared)) if max(shared) else -1)
    wanted = [
        number
        for number, some in enumerate(held)
        if some - often or any(len(mine) >= 4 and len(mine & some) >= len(mine) / 2 for mine in grams)
    ]
    assert found.documents.tolist() == wanted


def _words(text: str) -> list[str]:
    return "".join(f" {c} " if c in "春晓" else c for c in text.replace("。", " ")).split()


def _grams(text: str) -> set[tuple[str, ...]]:
    said = _words(text)
    length, least = (5, 3) if 2 * sum(w in "春晓" for w in said) >= len(said) else (4, 3)
    length = min(length, len(said))
    return {tuple(said[n : n + length]) for n in range(len(said) - length + 1)} if length >= least else set()


def _inside(gram: tuple[str, ...], said: list[str]) -> bool:
    return any(tuple(said[n : n + len(gram)]) == gram for n in range(len(said)))
