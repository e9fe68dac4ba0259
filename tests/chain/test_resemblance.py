from pathlib import Path

from leafout.chain.resemblance import first_documents, grams, nearest_documents, similarity
from leafout.corpus.documents import Document, DocumentWriter

TEXTS = ("这本书很好看", "耳机质量太差", "the book was good", "broken headphones, bad quality", "x")


def written(folder: Path) -> list[tuple[str, Path]]:
    with DocumentWriter(folder) as writer:
        for number, text in enumerate(TEXTS):
            writer.write(Document(text, id=f"{9 - number}", source="文件.csv", line=number + 2, label="好"))
    return [("rows", folder)]


def test_the_most_alike_comes_first_in_both_languages(tmp_path: Path) -> None:
    folders = written(tmp_path)
    assert nearest_documents(folders, "这个耳机质量很差", 2)[0].text == TEXTS[1]
    english = nearest_documents(folders, "BAD headphones", 1)
    assert [one.place for one in english] == ["文件.csv:5"]


def test_what_shares_nothing_is_left_out(tmp_path: Path) -> None:
    assert nearest_documents(written(tmp_path), "完全不同", 5) == []


def test_an_equal_text_has_similarity_one() -> None:
    assert similarity(grams("这本书 good"), grams("这本书 GOOD")) == 1
    assert similarity(grams(""), grams("a")) == 0


def test_a_sample_is_fixed_by_ids(tmp_path: Path) -> None:
    assert [one.id for one in first_documents(written(tmp_path), 2)] == ["5", "6"]


def test_progress_counts_documents(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path) as writer:
        for number in range(2100):
            writer.write(Document(f"第{number}行", id=str(number)))
    told: list[int] = []
    nearest_documents([("rows", tmp_path)], "第7行", 1, progress=told.append)
    assert told == [1000, 2000]
