import tracemalloc
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.readers.hostile import FILES, MUTATIONS, check, names_of
from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.formats import READERS, detect_format, reader
from leafout.corpus.readers.record import ReadOptions, Reject, Skip

LIMITS = ReadOptions(max_line_bytes=1 << 16, max_file_bytes=1 << 20, max_document_bytes=1 << 16, max_members=20)
THERE = [name for name, place in READERS.items() if find_spec(place.partition(":")[0])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("hostile")
    (base / "scratch").mkdir()
    return base


def read(folder: Path, name: str, data: bytes, kind: str = "") -> list[Document | Reject | Skip]:
    """All records of a file, each checked; nothing is left on disk."""
    path = folder / name
    path.write_bytes(data)
    options = replace(LIMITS, name=name, scratch=folder / "scratch")
    found: list[Document | Reject | Skip] = []
    with suppress(LeafoutError):
        for record in reader(kind or detect_format(path, options))(path, options):
            check(record)
            found.append(record)
    assert names_of(folder) == [name, "scratch"] if name < "scratch" else ["scratch", name]
    path.unlink()
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_valid_file_of_every_format_is_detected_and_read(folder: Path, name: str) -> None:
    if name.endswith((".html", ".warc", ".warc.gz", ".zip")) and not {"html", "warc"} <= set(THERE):
        pytest.skip("the reader of HTML is not there yet")
    found = read(folder, name, FILES[name])
    assert sum(isinstance(record, Document) for record in found) >= 1
    assert not any(isinstance(record, Reject) for record in found)


@pytest.mark.parametrize("kind", THERE)
@pytest.mark.parametrize("name", FILES)
def test_every_reader_survives_the_files_of_every_other(folder: Path, kind: str, name: str) -> None:
    read(folder, name, FILES[name], kind)


SPOILED = st.tuples(
    st.sampled_from(sorted(FILES)),
    st.lists(
        st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 5000), st.integers(0, 5000), st.binary(max_size=20)),
        min_size=1,
        max_size=4,
    ),
)


def spoiled(name: str, changes: list[tuple[object, int, int, bytes]]) -> bytes:
    data = FILES[name]
    for change, first, second, noise in changes:
        size = len(data) + 1
        data = change(data, first % size, second % size, noise)[: 1 << 18]  # type: ignore[operator]  # of MUTATIONS
    return data


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPOILED)
def test_spoiled_files_are_documents_rejects_or_errors(
    folder: Path, what: tuple[str, list[tuple[object, int, int, bytes]]]
) -> None:
    name, changes = what
    read(folder, name, spoiled(name, changes))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(THERE), st.binary(max_size=300), st.sampled_from(["a.txt", "a.jsonl", "a.gz", "a.zst", "a"]))
def test_any_bytes_are_survived_by_every_reader(folder: Path, kind: str, data: bytes, name: str) -> None:
    read(folder, name, data, kind)
    read(folder, name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_hundreds_of_spoiled_files_of_each_format_are_survived(folder: Path, name: str) -> None:
    changes = SPOILED.map(lambda what: what[1])

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(changes)
    def survive(found: list[tuple[object, int, int, bytes]]) -> None:
        read(folder, name, spoiled(name, found))

    survive()


@pytest.mark.parametrize(
    ("data", "texts", "reasons"),
    [
        (b"", [], []),
        (b"\n\r\n \n", [], []),
        (b'{"text": "a"}\n{"text": "b', ["a"], ["not JSON"]),
        (b'{"text": "a"}\r\n{"text": "b"}\n{"text": "c"}\r', ["a", "b", "c"], []),
        (b'{"text": "a"}\n\0\n{"text": "b"}', ["a", "b"], ["not JSON"]),
        (b'{"text": "a\xe2\x80\xa8b"}', ["a\u2028b"], []),
        (b'{"text": ["a"]}\n{"text": {"a": 1}}\n{"txt": "a"}\n[]\nnull', [], ["text is no string"] * 2
         + ["no column for text"] + ["not an object"] * 2),
        ('{"text": "好"}\n'.encode("gbk"), ["好"], []),
        ('{"text": "好"}\n'.encode("utf-16-le"), ["好"], []),
        (b'\xff\xfe{\0"\0', [], ["not JSON"]),
        (b'{"text": "a"}\n' + b"[" * 60_000 + b"\n" + b'{"a":' * 9_000 + b"\n", ["a"], ["not JSON"] * 2),
        (b'{"text": "' + b"x" * 70_000 + b'"}\n{"text": "b"}', ["b"], ["line too long"]),
        (b'{"text": "a", "label": "\\udc00"}\n{"text": "\\ud83c\\udf43"}', ["\U0001f343"], ["not JSON"]),
        (b'{"text": "a", "n": NaN}\n{"text": "a", "n": 1e999}\n{"text": "a", "n": 1, "n": 2}', [], ["not JSON"] * 3),
        (b'{"text": "a", "n": ' + b"9" * 5_000 + b"}", [], ["not JSON"]),
    ],
)  # fmt: skip
def test_hostile_json_lines_are_rejected_one_by_one(
    folder: Path, data: bytes, texts: list[str], reasons: list[str]
) -> None:
    found = read(folder, "a.jsonl", data, "jsonl")
    assert [record.text for record in found if isinstance(record, Document)] == texts
    assert [record.reason.partition(":")[0] for record in found if isinstance(record, Reject)] == reasons


def test_a_quote_that_nobody_closes_swallows_one_row_and_no_more(folder: Path) -> None:
    rows = "".join(f"row {number},1\n" for number in range(2000))
    found = read(folder, "a.csv", f'text,label\n"open,1\n{rows}'.encode())
    assert [type(record) for record in found] == [Reject, *[Document] * 2000]


def test_many_quotes_that_nobody_closes_end_in_time_and_every_line_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leafout.corpus.readers.tables._MAX_READ_AGAIN", 100)
    found = read(folder, "a.csv", b"text,label\n" + b'"open,1\nfine,1\n' * 3000)
    lost = [one.reason.rpartition(", ")[2] for one in found if isinstance(one, Reject)]
    lines = sum(int(one.split()[0]) if one.endswith(" lines") else 1 for one in lost)
    assert sum(isinstance(one, Document) for one in found) + lines == 6000


def test_a_csv_row_without_end_is_cut_at_the_limit(folder: Path) -> None:
    found = read(folder, "a.csv", b"text,label\n" + b'"a\n",' * 30_000 + b"\nlast,1\n")
    assert any(isinstance(one, Reject) and "over 65536 characters" in one.reason for one in found)


@pytest.mark.slow
def test_a_line_of_100_mb_costs_no_more_memory_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"text": "next"}\n')
    tracemalloc.start()
    bad, good = reader("jsonl")(path, ReadOptions(name="a"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(bad, Reject)
    assert isinstance(good, Document)
    assert (bad.reason, good.line) == ("line too long: over 16777216 bytes", 2)
    assert peak < 60 << 20
