import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from leafout.core.errors import LeafoutError
from leafout.tokenization import byte_bpe, files, unigram, wordpiece
from leafout.tokenization.encode import encode
from leafout.tokenization.files import copy_tokenizer, tokenizer_files, write_tokenizer
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.special import CONFIG_FILE, special_tokens
from tiny_models import tokenizer
from tokenization.toy_texts import batches, toy_texts

TEXTS = [*toy_texts(20, seed=9), "Naïve CAFÉ  \t 很好！", "ﬁne ½ 🙂 生僻字饕餮", "", " "]


@pytest.fixture(scope="module", params=["wordpiece", "cased", "bpe", "unigram"])
def folder(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tokenizer")
    if request.param == "bpe":
        trained = byte_bpe.train_byte_bpe(batches, vocab_size=500)
        write_tokenizer(trained, made, named=byte_bpe.NAMED, lowercase=False)
    elif request.param == "unigram":
        trained = unigram.train_unigram(batches, vocab_size=300)
        write_tokenizer(trained, made, named=unigram.NAMED, lowercase=False)
    else:
        lowercase = request.param == "wordpiece"
        trained = wordpiece.train_wordpiece(batches, vocab_size=300, lowercase=lowercase)
        write_tokenizer(trained, made, named=wordpiece.NAMED, lowercase=lowercase)
    return made


@pytest.mark.parametrize("model_type", [None, "bert", "gpt2"])
def test_transformers_gives_equal_ids(folder: Path, tmp_path: Path, model_type: str | None) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    if model_type is not None:
        (tmp_path / "config.json").write_text(json.dumps({"model_type": model_type}))
    theirs = AutoTokenizer.from_pretrained(tmp_path)
    ours = encode(load_tokenizer(tmp_path), TEXTS, None, max_tokens=1000)
    assert [ids.tolist() for ids in ours.ids] == theirs(TEXTS)["input_ids"]


@pytest.mark.parametrize("max_tokens", [5, 16, 17, 1000])
def test_transformers_gives_equal_pairs_and_segments_when_cut_too(folder: Path, max_tokens: int) -> None:
    theirs = AutoTokenizer.from_pretrained(folder)
    pairs = TEXTS[::-1]
    ours = encode(load_tokenizer(folder), TEXTS, pairs, max_tokens=max_tokens)
    wanted = theirs(TEXTS, pairs, truncation="longest_first", max_length=max_tokens, return_token_type_ids=True)
    assert [ids.tolist() for ids in ours.ids] == wanted["input_ids"]
    assert [segments.tolist() for segments in ours.segments] == wanted["token_type_ids"]
    assert ("token_type_ids" in theirs("好")) == (theirs.cls_token is not None)


def test_transformers_knows_the_same_special_tokens(folder: Path) -> None:
    theirs, ours = AutoTokenizer.from_pretrained(folder), special_tokens(folder)
    assert theirs.pad_token_id == ours.pad_id
    assert (theirs.cls_token_id or theirs.bos_token_id or 0) == ours.start_id
    assert (theirs.sep_token_id or theirs.eos_token_id or 0) == ours.end_id
    assert theirs.mask_token_id == ours.mask_id
    assert set(theirs.all_special_ids) == ours.all_ids


def test_a_copy_is_equal_byte_by_byte(folder: Path, tmp_path: Path) -> None:
    copy_tokenizer(folder, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files.FILES)
    for name, path in tokenizer_files(folder).items():
        assert (tmp_path / name).read_bytes() == path.read_bytes()


def test_a_lone_tokenizer_file_gets_what_transformers_needs(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.mkdir()
    target.mkdir()
    tokenizer().save(str(source / "tokenizer.json"))
    copy_tokenizer(source, target)
    assert AutoTokenizer.from_pretrained(target)("好 书")["input_ids"] == tokenizer().encode("好 书").ids


def test_what_is_no_tokenizer_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LeafoutError, match=r"there is no `tokenizer\.json`"):
        tokenizer_files(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(LeafoutError, match="is no tokenizer"):
        copy_tokenizer(tmp_path, tmp_path / "out")


def test_another_vocabulary_takes_the_place_of_the_first(folder: Path, tmp_path: Path) -> None:
    copy_tokenizer(folder, tmp_path)
    files.replace_vocabulary(tmp_path, tokenizer())
    assert load_tokenizer(tmp_path).get_vocab() == tokenizer().get_vocab()
    assert (tmp_path / CONFIG_FILE).read_bytes() == (folder / CONFIG_FILE).read_bytes()
