import json
from pathlib import Path

from leafout.tokenization.special import begins_texts
from leafout.training.tokenizer_files import copy_tokenizer


def test_the_files_that_are_there_are_copied(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    (source / "tokenizer.json").write_text('{"中": 1}', encoding="utf-8")
    (source / "model.safetensors").write_bytes(b"weights")
    copy_tokenizer(source, out)
    assert [path.name for path in out.iterdir()] == ["tokenizer.json"]
    assert (out / "tokenizer.json").read_text(encoding="utf-8") == '{"中": 1}'


def test_a_model_whose_texts_begin_with_a_mark_says_so(tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    out.mkdir()
    (source / "tokenizer_config.json").write_text('{"eos_token": "尾"}', encoding="utf-8")
    copy_tokenizer(source, out, begins_texts=True)
    assert json.loads((out / "tokenizer_config.json").read_text(encoding="utf-8")) == {
        "add_bos_token": True,
        "eos_token": "尾",
    }
    assert begins_texts(out)
    assert not begins_texts(source)
