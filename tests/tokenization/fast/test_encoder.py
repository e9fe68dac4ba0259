import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from leafout.tokenization.fast.encoder import Encoder
from tokenization.fast.toy_tokenizers import FAST, toy
from tokenization.toy_texts import toy_texts

ODD = [
    "",
    " ",
    " \n ",
    "\r\n\r\n  x",
    "It's we'LL THEY'RE 'ſ o'S",
    "１２３４ 12345 ٣٤٥ Ⅻ ½",
    "中文English混排，“引号”……2024年３月！",
    "e\u0301 é \u0301a a\u0301\u0327 한국어 \u1112\u1161\u11ab",
    "👩‍👩‍👧‍👦 🇨🇳 ☕️ 𠀀𪚥",
    "a\u200bb\u00a0c\u3000d\u2028e\u0085f\ufeffg",
    "İSTANBUL ß ŉ ǅ ﬁ ς ΣΑΣ",
    "〇々〆〤⺀ㄅㄆ",
    "\x00\x01\x7f\x80",
    "नमस्ते ไทย עברית العربية",
    "[MASK] <|endoftext|> [SEP]",
    " zqzé qqq zqzé 今你",
    "好" * 400,
    "的 " * 50 + "x" * 300,
    "Cr\u2313o of the\u1002 o\u20eb\u1ac4rking \u0302\u0303\u1ac4\u0323",
    "\U0001fae8\U000e0041\uf8ff\u0378",
]

characters = st.one_of(
    st.sampled_from("今天天气很好的了。，！？“”…：a b  \n\r\t'sStTlLdD.-09ⅫéÉ\u0301\u3000\u200b〇☕👍🏽한ß"),
    st.characters(exclude_categories=["Cs"]),
)
lines = st.lists(st.text(characters, max_size=40), max_size=12)


@pytest.fixture(scope="module")
def encoders() -> dict[str, Encoder]:
    return {name: Encoder(toy(name)) for name in FAST}


@pytest.mark.parametrize("name", FAST)
def test_the_kernels_know_the_usual_tokenizers(encoders: dict[str, Encoder], name: str) -> None:
    assert encoders[name].fast


@pytest.mark.parametrize("name", FAST)
def test_odd_texts_have_the_librarys_ids(encoders: dict[str, Encoder], name: str) -> None:
    texts = [*ODD, *toy_texts(40, seed=5), *(f" {text}\n{text}" for text in ODD)]
    assert encoders[name].check(texts) is None
    assert encoders[name].fast


@pytest.mark.parametrize("name", FAST)
@settings(deadline=None, max_examples=60)
@given(texts=lines)
def test_any_texts_have_the_librarys_ids(encoders: dict[str, Encoder], name: str, texts: list[str]) -> None:
    ids, lengths = encoders[name].encode(texts)
    wanted_ids, wanted_lengths = encoders[name].slow(texts)
    assert ids.tolist() == wanted_ids.tolist()
    assert lengths.tolist() == wanted_lengths.tolist()


def test_words_seen_before_make_no_difference(encoders: dict[str, Encoder]) -> None:
    texts = toy_texts(30, seed=9)
    first = encoders["bpe"].encode(texts)
    again = encoders["bpe"].encode(texts[::-1])
    assert again[1].tolist() == first[1].tolist()[::-1]
    assert np.array_equal(np.sort(first[0]), np.sort(again[0]))


def test_texts_longer_than_a_call_are_cut_between_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafout.tokenization.fast.encoder._CALL_CHARS", 50)
    encoder = Encoder(toy("bpe"))
    assert encoder.check([*ODD, *toy_texts(20)]) is None


def test_a_difference_gives_the_fast_way_up_and_names_the_text() -> None:
    encoder = Encoder(toy("bpe"))
    assert encoder._core is not None
    encoder._core._pairs.byte_ids[ord("q")] = 3  # type: ignore[union-attr]
    assert encoder.check(["fine", "a q here", "q"]) == "a q here"
    assert not encoder.fast
    assert encoder.check(["a q here"]) is None
    assert encoder.encode(["a q here"])[0].tolist() == encoder.slow(["a q here"])[0].tolist()


def test_unknown_kinds_are_left_to_the_library() -> None:
    made = Tokenizer(models.WordLevel({"[UNK]": 0, "good": 1, "好": 2}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    encoder = Encoder(made)
    assert not encoder.fast
    assert encoder.encode(["good 好 bad", ""])[0].tolist() == [1, 2, 0]
    assert encoder.encode([])[1].tolist() == []


def test_tokens_that_are_found_in_text_before_all_else_are_left_to_the_library() -> None:
    made = Tokenizer.from_str(toy("bpe").to_str())
    made.add_tokens([AddedToken("天气", special=False)])
    assert not Encoder(made).fast


def test_without_a_compiler_the_library_encodes() -> None:
    code = (
        "from leafout.tokenization.fast.encoder import Encoder\n"
        "from tokenization.fast.toy_tokenizers import toy\n"
        "made = Encoder(toy('wordpiece'))\n"
        "assert not made.fast\n"
        "assert len(made.encode(['今天天气'])[0]) == 4\n"
    )
    environment = {"LEAFOUT_NO_COMPILER": "1", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
