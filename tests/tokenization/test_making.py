import json
from pathlib import Path
from typing import Any

import pytest

from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter
from leafout.tokenization.extended import new_tokens
from leafout.tokenization.fast.encoder import Encoder
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.making import NOTE, make_tokenizer
from leafout.tokenization.rules import VocabularyRules
from leafout.tokenization.sentinels import sentinel_ids
from leafout.tokenization.special import special_tokens
from tokenization.toy_texts import toy_texts


class Heard(QuietRun):
    """A run that keeps what it was told."""

    def __init__(self, root: Path) -> None:
        super().__init__(root=root)
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with DocumentWriter(tmp_path / "train") as writer:
        for text in toy_texts(200):
            writer.write(Document(text))
    (tmp_path / "words.txt").write_text("embeddings\n天气房间\n", encoding="utf-8")
    return tmp_path


def make(root: Path, name: str, **values: Any) -> list[str]:
    (root / name).mkdir()
    run = Heard(root)
    make_tokenizer(root / "train", root / name, VocabularyRules.read({"vocab_size": 400, **values}), run)
    return run.said


def test_words_of_a_file_are_added_and_what_they_save_is_told(root: Path) -> None:
    make(root, "old", kind="bpe")
    said = make(root, "new", tokenizer="old", extend={"words": ["words.txt"], "size": 60})
    assert "3 words are new tokens" in said[0]
    new = load_tokenizer(root / "new")
    for word in ("天气房间", " embeddings", "embeddings"):
        assert len(new.encode(word).ids) == 1
    told = json.loads((root / "new" / NOTE).read_text(encoding="utf-8"))
    assert (told["first_id"], told["words"], told["left"]) == (400, 3, 0)
    assert told["tokens_before"] >= told["tokens_after"]


@pytest.mark.parametrize("kind", ["wordpiece", "bpe", "unigram"])
def test_marks_for_spans_count_among_the_vocabulary(root: Path, kind: str) -> None:
    make(root, "new", kind=kind, sentinels=10)
    tokenizer = load_tokenizer(root / "new")
    size = tokenizer.get_vocab_size()
    assert size <= 400
    assert sentinel_ids(tokenizer) == list(range(size - 1, size - 11, -1))
    assert set(sentinel_ids(tokenizer)) < special_tokens(root / "new").all_ids
    encoder = Encoder(tokenizer)
    assert encoder.fast == (kind != "unigram")  # which the compiled encoder does not know
    texts = ["<extra_id_0> 天气很好, the weather is good"]
    assert not encoder.fast or encoder.check(texts) is None
    assert not set(sentinel_ids(tokenizer)) & set(encoder.encode(texts)[0].tolist())


def test_a_tokenizer_that_is_taken_over_gets_the_marks_it_lacks(root: Path) -> None:
    make(root, "old", kind="bpe")
    make(root, "new", tokenizer="old", sentinels=10)
    old, new = load_tokenizer(root / "old"), load_tokenizer(root / "new")
    assert sentinel_ids(new) == list(range(409, 399, -1))
    assert old.encode("天气 weather").ids == new.encode("天气 weather").ids
    assert len(new_tokens(old, new) or {}) == 10


def test_marks_for_spans_leave_room_for_words(root: Path) -> None:
    with pytest.raises(LeafoutError, match="leave no room"):
        make(root, "new", sentinels=400)


@pytest.mark.parametrize("kind", ["wordpiece", "bpe", "unigram"])
def test_words_are_found_in_the_train_text_and_save_tokens(root: Path, kind: str) -> None:
    make(root, "old", kind=kind, vocab_size={"wordpiece": 120, "bpe": 270, "unigram": 120}[kind])
    make(root, "new", tokenizer="old", extend={"size": 20})
    told = json.loads((root / "new" / NOTE).read_text(encoding="utf-8"))
    assert 0 < told["entries"] <= 20
    assert told["tokens_saved_fraction"] > 0.01
    assert (root / "new" / "tokenizer_config.json").read_bytes() == (
        root / "old" / "tokenizer_config.json"
    ).read_bytes()


def test_extension_needs_a_tokenizer_and_words_that_can_be_added(root: Path) -> None:
    with pytest.raises(LeafoutError, match="`extend` needs a tokenizer"):
        make(root, "a", extend={"size": 5})
    make(root, "old")
    (root / "words.txt").write_text("今天\nweather\n", encoding="utf-8")
    with pytest.raises(LeafoutError, match="none of 3 words can be added: 2 are known, 1 are split"):
        make(root, "b", tokenizer="old", extend={"words": ["words.txt"]})
    (root / "words.txt").write_bytes(b"\xff\xfe\xba")
    with pytest.raises(LeafoutError, match="cannot read words"):
        make(root, "c", tokenizer="old", extend={"words": ["words.txt"]})
