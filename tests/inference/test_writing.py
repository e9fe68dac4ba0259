import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from leafout.inference.writing import Writing

TEXT = "书很好 and 你好，世界 🌱 end"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """One token a byte: every Chinese character is split over three."""
    words = {char: place for place, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    made = Tokenizer(models.BPE(words, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    return made


def written(writing: Writing, ids: list[int]) -> list[str]:
    pieces = []
    for token in ids:
        pieces.append(writing.add(token))
        if writing.stopped:
            return pieces
    return [*pieces, writing.finish()]


def test_pieces_are_whole_characters_and_make_up_the_text(tokenizer: Tokenizer) -> None:
    writing = Writing(tokenizer, tokenizer.encode("前 before").ids, ())
    pieces = written(writing, tokenizer.encode(TEXT).ids)
    assert "".join(pieces) == writing.text == TEXT
    assert all(len(piece) <= 1 for piece in pieces)
    assert writing.num_tokens == len(TEXT.encode())


def test_a_character_that_never_becomes_whole_is_left_out(tokenizer: Tokenizer) -> None:
    writing = Writing(tokenizer, tokenizer.encode("a").ids, ())
    pieces = written(writing, tokenizer.encode("好世").ids[:-1])
    assert "".join(pieces) == writing.text == "好"
    broken = tokenizer.encode("好").ids[:1] + tokenizer.encode("b").ids
    writing = Writing(tokenizer, [], ())
    assert "".join(written(writing, broken)) == writing.text == "b"


def test_a_stop_string_ends_before_itself_and_is_never_shown(tokenizer: Tokenizer) -> None:
    for stop in ("你好", "，世", "end", "d 你"):
        writing = Writing(tokenizer, tokenizer.encode("a").ids, ["nowhere", stop])
        pieces = written(writing, tokenizer.encode(TEXT).ids)
        assert writing.stopped
        assert "".join(pieces) == writing.text == TEXT[: TEXT.index(stop)]
        assert writing.finish() == ""


def test_the_first_of_several_stop_strings_in_one_token_counts() -> None:
    made = Tokenizer(models.WordLevel({"好A中B": 0}))
    writing = Writing(made, [], ["B", "A"])
    assert writing.add(0) == writing.text == "好"


def test_what_only_looked_like_a_stop_string_comes_later(tokenizer: Tokenizer) -> None:
    writing = Writing(tokenizer, [], ["endless", "你好吗"])
    pieces = written(writing, tokenizer.encode(TEXT).ids)
    assert not writing.stopped
    assert "".join(pieces) == writing.text == TEXT
    assert pieces[-1] == "end"


def test_the_space_before_a_first_word_is_kept() -> None:
    made = Tokenizer(models.BPE({"▁": 0, "▁the": 1, "▁room": 2, "<unk>": 3}, [], unk_token="<unk>"))
    made.decoder = decoders.Metaspace()
    writing = Writing(made, [1], ())
    assert writing.add(2) == " room"
