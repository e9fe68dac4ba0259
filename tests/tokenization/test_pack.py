from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from leafout.corpus.documents import Document, DocumentWriter
from leafout.corpus.parts import made_at, plan_parts
from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.counts import Counts, load_counts
from leafout.tokenization.files import write_tokenizer
from leafout.tokenization.pack import COPIES, Packing, pack_part, whole_sentences
from leafout.tokenization.shards import read_shards
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches, toy_texts


def packed(folder: Path, made: Tokenizer, documents: list[Document], **settings: Any) -> Counts:
    with DocumentWriter(folder / "in") as writer:
        for document in documents:
            writer.write(document)
    write_tokenizer(made, folder / "tokenizer", named={}, lowercase=False)
    (part,) = plan_parts([folder / "in"])
    assert pack_part(part, packing=Packing(folder / "tokenizer", folder / "phase", **settings)) == 0
    return load_counts(made_at(folder / "phase", 0))


def tokens(folder: Path, made: Tokenizer) -> list[list[str]]:
    """The sentences of each document, decoded."""
    shards = read_shards(made_at(folder / "phase", 0))
    return [
        [made.decode(shards.ids[shards.sentences[s] : shards.sentences[s + 1]].tolist()) for s in range(first, last)]
        for first, last in zip(shards.documents[:-1], shards.documents[1:], strict=True)
    ]


@settings(deadline=None)
@given(st.text(st.sampled_from("好。！”\n A.b? \u3000")))
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(whole_sentences(text)) == (text if text.strip() else "")


def test_a_sentence_that_occurs_twice_is_found_in_its_own_place() -> None:
    assert whole_sentences("好。  好。坏 好。") == ["好。", "  好。", "坏 好。"]


def test_byte_level_documents_read_back_to_the_letter(tmp_path: Path) -> None:
    made = train_byte_bpe(batches, vocab_size=500)
    texts = [*toy_texts(60, seed=4), "  Two  spaces. And\n\nlines！“引用。”后面 ", "好"]
    packed(tmp_path, made, [Document(text) for text in texts])
    assert ["".join(parts) for parts in tokens(tmp_path, made)] == texts


def test_sentences_and_documents_are_where_they_should_be(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    documents = [Document("今天很好。房间很小。 this book is good. The rooms"), Document("书")]
    packed(tmp_path, made, documents)
    assert tokens(tmp_path, made) == [["今 天 很 好 。", "房 间 很 小 。", "this book is good.", "the rooms"], ["书"]]


@pytest.mark.parametrize(("text_b", "wanted"), [(True, [["天 气", "很 好"]]), (False, [["天 气"]])])
def test_second_texts_are_sentences_of_their_document(tmp_path: Path, text_b: bool, wanted: list[list[str]]) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    packed(tmp_path, made, [Document("天气", text_b="很好")], text_b=text_b)
    assert tokens(tmp_path, made) == wanted


def test_documents_without_a_token_are_counted_and_left_out(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    counts = packed(tmp_path, made, [Document(""), Document("好"), Document(" \n\u200b\n"), Document("\u200b\n书")])
    assert (counts.read, counts.emptied) == (4, 2)
    assert tokens(tmp_path, made) == [["好"], ["书"]]


def test_a_text_that_spells_a_special_token_stays_text(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    packed(tmp_path, made, [Document("a [MASK] of [SEP]")])
    assert not set(range(5)) - {1} & set(read_shards(made_at(tmp_path / "phase", 0)).ids.tolist())


def test_tokens_are_counted_by_language(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    documents = [
        Document("今天 天气，", language="zh"),
        Document("the weather, 饕"),
        Document("今天", language="other"),
    ]
    counts = packed(tmp_path, made, documents)
    assert dict(counts.documents) == {"zh": 1, "en": 1, "other": 1}
    assert dict(counts.units) == {"zh": 5, "en": 3, "other": 1}
    assert dict(counts.tokens) == {"zh": 5, "en": 4, "other": 2}
    assert counts.ids_GV.sum(axis=1).tolist() == [5, 4, 2]
    assert counts.ids_V[1] == 1
    assert counts.text_bytes == sum(len(document.text.encode()) for document in documents)


@pytest.mark.parametrize("fast", [True, False])
def test_long_documents_are_cut_between_sentences_when_asked(tmp_path: Path, fast: bool) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    counts = packed(
        tmp_path, made, [Document("天气很好。房间小。今天。"), Document("书")], max_document_tokens=9, fast=fast
    )
    assert tokens(tmp_path, made) == [["天 气 很 好 。", "房 间 小 。"], ["今 天 。"], ["书"]]
    assert (counts.cut_documents, counts.cut_sentences, counts.read, counts.copies) == (1, 0, 2, 0)


def test_weights_say_how_often_and_count_as_often(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    documents = [
        Document("天气", source="a/1", language="zh"),
        Document("good", source="b"),
        Document(" ", source="a/2"),
    ]
    counts = packed(tmp_path, made, documents, weights=(("a/*", 3.0), ("b", 0.0)))
    assert tokens(tmp_path, made) == [["天 气"]]
    assert np.load(made_at(tmp_path / "phase", 0) / COPIES).tolist() == [3]
    assert (counts.read, counts.weightless, counts.emptied, counts.copies) == (3, 1, 1, 2)
    assert (counts.tokens["zh"], counts.ids_V.sum(), counts.documents["zh"]) == (6, 6, 3)


def test_a_made_part_is_not_made_again(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    packed(tmp_path, made, [Document("天气")])
    (part,) = plan_parts([tmp_path / "in"])
    (made_at(tmp_path / "phase", 0) / "mark").touch()
    pack_part(part, packing=Packing(tmp_path / "tokenizer", tmp_path / "phase"))
    assert (made_at(tmp_path / "phase", 0) / "mark").exists()
