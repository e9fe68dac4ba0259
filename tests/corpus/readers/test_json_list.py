import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers import json_list
from leafout.corpus.readers.json_list import read_json_list
from leafout.corpus.readers.record import ReadOptions, Reject

OPTIONS = ReadOptions(name="a")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    return path


def pairs(records: object) -> list[tuple[str, str | None]]:
    return [(r.text, r.label) for r in records if isinstance(r, Document)]  # type: ignore[attr-defined]  # any records


def test_a_json_list_or_the_list_in_an_object_is_read(tmp_path: Path) -> None:
    rows = [{"text": "好", "label": "1"}]
    assert pairs(read_json_list(write(tmp_path, json.dumps(rows)), OPTIONS)) == [("好", "1")]
    assert pairs(read_json_list(write(tmp_path, json.dumps({"data": rows})), OPTIONS)) == [("好", "1")]
    with pytest.raises(LeafoutError, match="not JSON"):
        list(read_json_list(write(tmp_path, "[{]"), OPTIONS))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"version": 1, "data": [{"text": "好"}], "end": 2}', [("好", None)]),
        ('{"train": [{"text": "a"}], "dev": [{"text": "b"}]}', [("a", None), ("b", None)]),
        ('{"k1": {"text": "a"}, "k2": {"text": "b"}}', [("a", None), ("b", None)]),
        ('{"text": "a", "label": ["x", "y"]}', [("a", None)]),
        ('{"text": "a", "label": 1}', [("a", "1")]),
        ('["一", "二"]', [("一", None), ("二", None)]),
        ("[ ]", []),
        ("\ufeff[]", []),
        ('{"messages": [{"role": "user", "content": "嗨"}]}', [("user: 嗨", None)]),
    ],
)
def test_rows_are_found_wherever_they_lie(tmp_path: Path, text: str, found: list[tuple[str, str | None]]) -> None:
    assert pairs(read_json_list(write(tmp_path, text), OPTIONS)) == found


def test_the_key_of_a_row_is_kept(tmp_path: Path) -> None:
    (row, _) = read_json_list(write(tmp_path, '{"k1": {"text": "a"}, "k2": {"text": "b"}}'), OPTIONS)
    assert isinstance(row, Document)
    assert row.extra == {"key": "k1"}


@pytest.mark.parametrize(
    "text", ["", "[1,", '{"a": 1', "[1,]", '{"a" 1}', "[1] 2", "{1: 2}", "[" * 100_000, "[1 2]", "tru"]
)
def test_a_file_that_is_no_json_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(LeafoutError, match="not JSON"):
        list(read_json_list(write(tmp_path, text), OPTIONS))


def test_a_row_that_is_not_strict_is_rejected_alone(tmp_path: Path) -> None:
    rows = list(read_json_list(write(tmp_path, '[{"text": "a", "text": "b"}, {"text": NaN}, {"text": "c"}]'), OPTIONS))
    assert [isinstance(row, Reject) for row in rows] == [True, True, False]
    assert [row.line for row in rows] == [1, 2, 3]


def test_a_row_over_the_limit_is_an_error_and_not_memory(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps([{"text": "x" * 5000}]))
    with pytest.raises(LeafoutError, match="not JSON"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_list, "_BLOCK_BYTES", 100)
        list(read_json_list(path, ReadOptions(name="a", max_line_bytes=1024)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=5), st.integers(1, 40), st.sampled_from([None, 1, 3]))
def test_elements_are_the_same_however_the_file_is_cut(values: list[object], block: int, indent: int | None) -> None:
    import io

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_list, "_BLOCK_BYTES", block)
        text = json.dumps(values, indent=indent, ensure_ascii=False)
        feed = json_list._Feed(io.BytesIO(text.encode("utf-8", "replace")), ReadOptions(encoding="utf-8"))
        found = [json.loads(one) for _, one in json_list._values(feed)]
    assert found == json.loads(text.encode("utf-8", "replace"))
