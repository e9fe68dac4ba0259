from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, processors

from leafout.tokenization.encode import encode, longest_first, plain_ids
from tiny_models import TEXTS, tokenizer

TEXT = st.text(st.sampled_from("很好坏书房 a the\n\t☃，。"), max_size=30)


def reference(made: Tokenizer, texts: Sequence[str], pairs: Sequence[str] | None, max_tokens: int) -> list[list[int]]:
    """What the library gives with its own truncation switched on."""
    copy = Tokenizer.from_str(made.to_str())
    copy.enable_truncation(max_tokens, strategy="longest_first")
    rows = list(texts) if pairs is None else list(zip(texts, pairs, strict=True))
    return [encoding.ids for encoding in copy.encode_batch(rows)]


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(TEXT, max_size=4), max_tokens=st.integers(2, 20))
def test_texts_are_encoded_as_the_library_does(texts: list[str], max_tokens: int) -> None:
    made = tokenizer()
    found = encode(made, texts, None, max_tokens=max_tokens)
    assert [ids.tolist() for ids in found.ids] == reference(made, texts, None, max_tokens)
    assert all(not segments.any() for segments in found.segments)
    full = [len(made.encode(text).ids) for text in texts]
    assert found.truncated.tolist() == [length > max_tokens for length in full]


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(TEXT, TEXT), max_size=4), max_tokens=st.integers(5, 24))
def test_pairs_are_encoded_and_cut_as_the_library_does(rows: list[tuple[str, str]], max_tokens: int) -> None:
    made = tokenizer()
    texts, pairs = [first for first, _ in rows], [second for _, second in rows]
    found = encode(made, texts, pairs, max_tokens=max_tokens)
    assert [ids.tolist() for ids in found.ids] == reference(made, texts, pairs, max_tokens)


def test_the_second_text_is_segment_one_with_its_end() -> None:
    found = encode(tokenizer(), ["好 书"], ["the room"], max_tokens=20)
    assert found.ids[0].tolist()[0] == 2
    assert found.segments[0].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert found.ids[0].dtype == np.int32
    assert found.segments[0].dtype == np.int8


def test_a_tokenizer_without_special_tokens_adds_none() -> None:
    made = tokenizer()
    made.post_processor = processors.TemplateProcessing(single="$A", pair="$A $B:1", special_tokens=[])
    found = encode(made, ["好书"], ["很好"], max_tokens=3)
    assert found.ids[0].tolist() == [*made.encode("好").ids, *made.encode("很好").ids][:3]
    assert found.truncated.tolist() == [True]


def test_a_template_that_turns_the_pair_around_is_kept() -> None:
    made = tokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="$A [SEP]", pair="$B:1 [SEP] $A [CLS]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    found = encode(made, ["好"], ["the room"], max_tokens=20)
    assert found.ids[0].tolist() == made.encode("好", "the room").ids
    assert found.segments[0].tolist() == made.encode("好", "the room").type_ids


def test_roberta_doubles_the_mark_between_texts() -> None:
    made = tokenizer()
    made.post_processor = processors.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2))
    for max_tokens in (5, 6, 7, 20):
        found = encode(made, ["好 书 很"], ["the room"], max_tokens=max_tokens)
        assert [found.ids[0].tolist()] == reference(made, ["好 书 很"], ["the room"], max_tokens)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_what_is_kept_fits_and_is_never_more_than_there_was(first: int, second: int, room: int) -> None:
    kept = longest_first(first, second, room)
    assert kept[0] <= first
    assert kept[1] <= second
    assert sum(kept) == min(room, first + second)


def test_the_tokenizer_stays_as_it_was_and_threads_share_it() -> None:
    made = tokenizer()
    before = made.to_str()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: encode(made, TEXTS, None, max_tokens=4 + n % 3), range(64)))
    assert made.to_str() == before
    for n, encoded in enumerate(found):
        assert [ids.tolist() for ids in encoded.ids] == reference(made, TEXTS, None, 4 + n % 3)


def test_nothing_encodes_to_nothing() -> None:
    found = encode(tokenizer(), [], None, max_tokens=8)
    assert (found.ids, found.segments, found.truncated.tolist()) == ([], [], [])
    assert plain_ids(tokenizer(), []) == []


def test_no_room_for_special_tokens_and_unequal_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="the special tokens alone are 3"):
        encode(tokenizer(), ["a"], ["b"], max_tokens=2)
    with pytest.raises(ValueError, match="2 texts and 1 pairs"):
        encode(tokenizer(), ["a", "b"], ["b"], max_tokens=9)
