import json
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.tokenization import load
from leafout.tokenization.load import load_tokenizer, num_ids
from tiny_models import tokenizer


def saved(folder: Path) -> Path:
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def test_a_tokenizer_loads_without_the_padding_and_truncation_that_its_file_asks_for(tmp_path: Path) -> None:
    made = tokenizer()
    made.enable_padding(length=9)
    made.enable_truncation(2)
    made.save(str(tmp_path / "tokenizer.json"))
    loaded = load_tokenizer(tmp_path)
    assert loaded.padding is None
    assert loaded.truncation is None
    assert len(loaded.encode("这本书 good").ids) == 6


def test_ids_are_counted_over_holes(tmp_path: Path) -> None:
    saved(tmp_path)
    values = json.loads((tmp_path / "tokenizer.json").read_text())
    values["model"]["vocab"]["好久"] = 4000
    (tmp_path / "tokenizer.json").write_text(json.dumps(values))
    assert num_ids(load_tokenizer(tmp_path)) == 4001


def test_no_tokenizer_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match=r"there is no `tokenizer\.json`") as caught:
        load_tokenizer(tmp_path)
    assert "tokenize" in caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 200_000, '{"version": "1.0"}', "\x00\x01"])
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer.json").write_text(text)
    with pytest.raises(LeafoutError, match="is no tokenizer") as caught:
        load_tokenizer(tmp_path)
    assert caught.value.where == str(tmp_path / "tokenizer.json")


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path) / "tokenizer.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LeafoutError, match="is no tokenizer"):
        load_tokenizer(tmp_path)


def test_a_wordpiece_without_its_unknown_token_is_refused_at_once(tmp_path: Path) -> None:
    values = json.loads(tokenizer().to_str())
    values["model"]["unk_token"] = "[GONE]"
    (tmp_path / "tokenizer.json").write_text(json.dumps(values))
    with pytest.raises(LeafoutError, match="is no tokenizer"):
        load_tokenizer(tmp_path)


def test_an_id_beyond_reason_is_refused(tmp_path: Path) -> None:
    values = json.loads(tokenizer().to_str())
    values["model"]["vocab"]["好久"] = 4_000_000_000
    (tmp_path / "tokenizer.json").write_text(json.dumps(values))
    with pytest.raises(LeafoutError, match="4000000001 ids"):
        load_tokenizer(tmp_path)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path)
    monkeypatch.setattr(load, "MAX_BYTES", 100)
    with pytest.raises(LeafoutError, match="the limit is 100"):
        load_tokenizer(tmp_path)


def test_a_folder_in_place_of_the_file_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").mkdir()
    with pytest.raises(LeafoutError, match="cannot read"):
        load_tokenizer(tmp_path)
