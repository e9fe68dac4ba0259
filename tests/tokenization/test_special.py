import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer, models

from leafout.core.errors import LeafoutError
from leafout.tokenization.special import special_tokens


def write(folder: Path, special: list[str], config: Any = None, mapped: Any = None) -> Path:
    made = Tokenizer(models.BPE({"a": 0, "的": 1}, []))
    made.add_special_tokens([AddedToken(token, special=True) for token in special])
    made.save(str(folder / "tokenizer.json"))
    for name, values in (("tokenizer_config.json", config), ("special_tokens_map.json", mapped)):
        if values is not None:
            (folder / name).write_text(json.dumps(values), encoding="utf-8")
    return folder


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BERT_NAMES = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), BERT, strict=True))


@pytest.mark.parametrize(("config", "mapped"), [(BERT_NAMES, None), (None, BERT_NAMES), (None, None)])
def test_a_bert_folder_names_its_tokens_in_any_of_its_files(tmp_path: Path, config: Any, mapped: Any) -> None:
    found = special_tokens(write(tmp_path, BERT, config, mapped))
    assert (found.pad_id, found.unk_id, found.start_id, found.end_id, found.mask_id) == (2, 3, 4, 5, 6)
    assert found.all_ids == {2, 3, 4, 5, 6}


def test_gpt2_has_one_token_for_start_end_and_padding_and_no_unknown_one(tmp_path: Path) -> None:
    end = "<|endoftext|>"
    content = {"__type": "AddedToken", "content": end, "normalized": True}
    names = {"bos_token": content, "eos_token": content, "unk_token": content}
    found = special_tokens(write(tmp_path, [end], names))
    assert (found.pad_id, found.unk_id, found.start_id, found.end_id, found.mask_id) == (2, None, 2, 2, None)
    assert found.all_ids == {2}


def test_llama_has_a_start_and_an_end(tmp_path: Path) -> None:
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": None}
    found = special_tokens(write(tmp_path, ["<unk>", "<s>", "</s>"], names))
    assert (found.pad_id, found.unk_id, found.start_id, found.end_id) == (4, 2, 3, 4)


def test_qwen_starts_with_its_end_and_pads_with_another(tmp_path: Path) -> None:
    names = {"bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    found = special_tokens(write(tmp_path, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], names))
    assert (found.pad_id, found.unk_id, found.start_id, found.end_id) == (2, None, 4, 4)
    assert found.all_ids == {2, 3, 4}


def test_the_config_has_the_last_word(tmp_path: Path) -> None:
    found = special_tokens(write(tmp_path, ["<a>", "<b>"], {"eos_token": "<b>"}, {"eos_token": "<a>"}))
    assert found.end_id == 3


def test_a_token_that_the_vocabulary_lacks_is_said(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="`eos_token` is `<gone>`, which the vocabulary lacks"):
        special_tokens(write(tmp_path, ["<a>"], {"eos_token": "<gone>"}))


def test_no_end_of_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no token marks the end") as caught:
        special_tokens(write(tmp_path, []))
    assert "eos_token" in caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 200_000, "\udcff"])
def test_a_damaged_config_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    write(tmp_path, BERT, BERT_NAMES)
    path = tmp_path / "tokenizer_config.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(LeafoutError) as caught:
        special_tokens(tmp_path)
    assert caught.value.where == str(path)
