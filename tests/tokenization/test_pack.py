from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from leafout.corpus.documents import Document, DocumentWriter
from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.load import num_ids
from leafout.tokenization.pack import Counts, Packer, whole_sentences
from leafout.tokenization.shards import read_shards
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches, toy_texts


def packed(folder: Path, made: Tokenizer, documents: list[Document], text_b: bool = True) -> Counts:
    with DocumentWriter(folder / "in") as writer:
        for document in documents:
            writer.write(document)
    return list(Packer(made, num_ids=num_ids(made)).pack(folder / "in", folder / "out", text_b=text_b))[-1]


def tokens(folder: Path, made: Tokenizer) -> list[list[str]]:
    """The sentences of each document, decoded."""
    shards = read_shards(folder / "out")
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
    packed(tmp_path, made, [Document("天气", text_b="很好")], text_b)
    assert tokens(tmp_path, made) == wanted


def test_documents_without_a_token_are_counted_and_left_out(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    counts = packed(tmp_path, made, [Document(""), Document("好"), Document(" \n\u200b\n"), Document("\u200b\n书")])
    assert (counts.read, counts.emptied) == (4, 2)
    assert tokens(tmp_path, made) == [["好"], ["书"]]


def test_a_text_that_spells_a_special_token_stays_text(tmp_path: Path) -> None:
    made = train_wordpiece(batches, vocab_size=300)
    packed(tmp_path, made, [Document("a [MASK] of [SEP]")])
    assert not set(range(5)) - {1} & set(read_shards(tmp_path / "out").ids.tolist())


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
    assert counts.ids_V.sum() == 11
    assert counts.ids_V[1] == 1
    assert counts.text_bytes == sum(len(document.text.encode()) for document in documents)
