import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus import near_index
from leafout.corpus.documents import Document, read_table, table_of
from leafout.corpus.near_duplicates import keys_of
from leafout.corpus.near_index import NearIndex, write_index
from leafout.corpus.text_stores import joined_texts

ENGLISH = [" ".join(f"w{number * place % 997}" for place in range(1, 80)) for number in range(1, 40)]
CHINESE = ["".join(chr(0x4E00 + number * place % 3001) for place in range(1, 90)) for number in range(1, 40)]


def corpus(folder: Path, texts: list[str]) -> Path:
    """Parts of ten documents in row groups of four."""
    folder.mkdir(exist_ok=True)
    for number, first in enumerate(range(0, max(len(texts), 1), 10)):
        table = table_of([Document(text=text, id=text[:8]) for text in texts[first : first + 10]])
        pq.write_table(table, folder / f"part-{number:05d}.parquet", row_group_size=4)
    return folder


def indexed(folder: Path, texts: list[str], *, threshold: float = 0.8) -> Path:
    corpus(folder, texts)
    write_index(folder, [keys_of(pa.array(texts, pa.string()), threshold=threshold)], threshold=threshold)
    return folder


def test_new_texts_find_the_document_they_repeat(tmp_path: Path) -> None:
    texts = ENGLISH + CHINESE
    folder = indexed(tmp_path / "corpus", texts)
    assert len(list(folder.glob("part-*.parquet"))) > 3
    new = [
        ENGLISH[30].upper() + "!",
        "wholly new",
        CHINESE[5][:-3] + "新结尾",
        "全新的一段文字，与谁都不同",
        " ".join(reversed(ENGLISH[3].split())),
    ]
    found = NearIndex.open(folder).matches(pa.array(new), threshold=0.8)
    assert found.tolist() == [30, -1, 39 + 5, -1, -1]


def test_every_document_of_the_corpus_finds_itself_and_of_equals_the_earliest(tmp_path: Path) -> None:
    texts = [ENGLISH[0], *CHINESE, ENGLISH[0], *ENGLISH[1:]]
    folder = indexed(tmp_path / "corpus", texts)
    table = read_table(folder).combine_chunks().to_batches()[0]
    found = NearIndex.open(folder).matches(joined_texts(table), threshold=1.0)
    wanted = list(range(len(texts)))
    wanted[40] = 0
    assert found.tolist() == wanted


def test_the_most_similar_document_wins(tmp_path: Path) -> None:
    near = ENGLISH[2].rsplit(" ", 1)[0] + " changed"
    folder = indexed(tmp_path / "corpus", [near, ENGLISH[2], CHINESE[1]])
    assert NearIndex.open(folder).matches(pa.array([ENGLISH[2]]), threshold=0.8).tolist() == [1]


def test_keys_may_come_in_files_with_the_rows_that_stay(tmp_path: Path) -> None:
    texts = ENGLISH + CHINESE
    stays = np.arange(len(texts)) % 3 != 1
    kept = [text for text, stay in zip(texts, stays, strict=True) if stay]
    folder = corpus(tmp_path / "kept", kept)
    paths = [tmp_path / "0.npy", tmp_path / "1.npy"]
    for path, part in zip(paths, (texts[:11], texts[11:]), strict=True):
        np.save(path, keys_of(pa.array(part), threshold=0.8))
    write_index(folder, paths, threshold=0.8, stays_N=stays)
    plain = indexed(tmp_path / "plain", kept)
    for name in ("index.json", "keys.npy", "rows.npy"):
        assert (folder / "near_index" / name).read_bytes() == (plain / "near_index" / name).read_bytes()
    assert NearIndex.open(folder).matches(pa.array([texts[1], texts[2]]), threshold=0.8).tolist() == [-1, 1]


def test_the_number_of_sorting_passes_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ENGLISH + CHINESE + ENGLISH
    once = indexed(tmp_path / "once", texts)
    monkeypatch.setattr(near_index, "_SORTED_ROWS", 7)
    often = indexed(tmp_path / "often", texts)
    for name in ("index.json", "keys.npy", "rows.npy"):
        assert (once / "near_index" / name).read_bytes() == (often / "near_index" / name).read_bytes()


def test_nothing_can_be_indexed_and_asked(tmp_path: Path) -> None:
    folder = indexed(tmp_path / "empty", [])
    assert NearIndex.open(folder).matches(pa.array(["a b c", "叶"]), threshold=0.8).tolist() == [-1, -1]
    full = indexed(tmp_path / "full", ENGLISH)
    assert len(NearIndex.open(full).matches(pa.array([], pa.string()), threshold=0.8)) == 0


def test_a_lower_threshold_than_the_indexs_is_refused(tmp_path: Path) -> None:
    index = NearIndex.open(indexed(tmp_path / "corpus", ENGLISH))
    with pytest.raises(LeafoutError, match=r"made for a threshold of 0\.8, not 0\.7"):
        index.matches(pa.array(["a"]), threshold=0.7)


def test_keys_of_other_documents_are_refused(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "corpus", ENGLISH)
    with pytest.raises(ValueError, match="38 keys for 39 documents"):
        write_index(folder, [keys_of(pa.array(ENGLISH[1:]), threshold=0.8)], threshold=0.8)


def edit(**values: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "near_index" / "index.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return change


def flip(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "near_index" / name
        data = bytearray(path.read_bytes())
        data[-5] ^= 1
        path.write_bytes(data)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit(version=2), "is of version 2, this leafout reads 1"),
        (edit(format="other"), "version"),
        (edit(bands=20), "has 20 bands of 6, this leafout uses 21 of 6"),
        (edit(threshold=0.9), "bands"),
        (edit(threshold="high"), "`index.json` of the index of near-duplicates is damaged"),
        (edit(parts=7), "damaged"),
        (edit(sha256={}), "`keys.npy` of the index of near-duplicates is damaged or missing"),
        (flip("keys.npy"), "`keys.npy` of the index of near-duplicates is damaged"),
        (flip("rows.npy"), "`rows.npy` of the index of near-duplicates is damaged"),
        (lambda folder: (folder / "near_index" / "index.json").write_text('{"format": '), "damaged"),
        (lambda folder: (folder / "near_index" / "index.json").write_text("[" * 100_000), "damaged"),
        (lambda folder: (folder / "near_index" / "index.json").unlink(), "has no index of near-duplicates"),
        (lambda folder: (folder / "near_index" / "rows.npy").unlink(), "damaged or missing"),
        (lambda folder: (folder / "part-00000.parquet").unlink(), "the folder holds"),
        (lambda folder: corpus(folder, ENGLISH + CHINESE[:1]), "rows, the index of"),
    ],
)
def test_other_formats_and_damage_are_refused(change: Callable[[Path], object], message: str, tmp_path: Path) -> None:
    folder = indexed(tmp_path / "corpus", ENGLISH)
    NearIndex.open(folder)
    change(folder)
    with pytest.raises(LeafoutError, match=message) as caught:
        NearIndex.open(folder)
    assert caught.value.hint
