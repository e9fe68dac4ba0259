from pathlib import Path

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
