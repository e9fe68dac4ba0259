from pathlib import Path

import pytest
import torch

import tiny_models
import tiny_tokens
from leafout.models.config import ModelConfig
from leafout.models.new import new_causal, new_masked
from leafout.models.stream import Stream
from leafout.tokenization.special import SpecialTokens, special_tokens
from leafout.training.samples import filled_spans, masked_guesses, sentence_of, written_texts

VOCAB = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)


@pytest.fixture
def specials(tmp_path: Path) -> SpecialTokens:
    return special_tokens(tiny_tokens.write_tokens(tmp_path / "tokens", documents=8))


def test_a_masked_guess_tells_sentence_truth_and_guesses(specials: SpecialTokens) -> None:
    model = new_masked(ModelConfig(layers=1, width=16), VOCAB, specials, 1)
    show = masked_guesses(tiny_models.tokenizer(), specials, device="cpu", sentences=["这本书很好", "a good room", ""])
    with torch.no_grad():
        chinese, english = show(model)
    assert (chinese["was"], english["was"]) == ("书", "good")
    assert len(set(chinese["guesses"])) == 3
    assert chinese["probabilities"] == sorted(chinese["probabilities"], reverse=True)
    assert sentence_of(chinese).startswith("这 本 ___ 很 好  (")


def test_texts_go_on_from_prompts_and_depend_on_the_seed(specials: SpecialTokens) -> None:
    model = new_causal(ModelConfig(kind="gpt", layers=1, width=16), VOCAB, specials, 1)

    def texts(seed: int) -> list[str]:
        show = written_texts(
            tiny_models.tokenizer(), specials, device="cpu", seed=seed, prompts=["这", "the room"], new_tokens=6
        )
        with torch.no_grad():
            return [str(line["text"]) for line in show(model)]

    assert texts(1) == texts(1) != texts(2)
    assert texts(1)[0].startswith("这")
    assert texts(1)[1].startswith("the room")


def test_a_prompt_as_long_as_the_model_can_read_is_left_out(specials: SpecialTokens) -> None:
    model = new_causal(ModelConfig(kind="gpt", layers=1, width=16, max_tokens=8), VOCAB, specials, 1)
    show = written_texts(tiny_models.tokenizer(), specials, device="cpu", seed=1, prompts=["书 " * 9, "好"])
    with torch.no_grad():
        assert [line["prompt"] for line in show(model)] == ["好"]


class Filling:
    """Fills in the words it was given, then the mark of the end; keeps what it was asked."""

    def __init__(self, words: list[int], end_id: int, max_tokens: int) -> None:
        self.script, self.asked = [*words, end_id], list[list[int]]()
        self.dims = ModelConfig(layers=1, width=16, max_tokens=max_tokens).resolved(VOCAB)

    def eval(self) -> None:
        """Nothing is random here."""

    def answers(self, inputs: Stream, targets: Stream) -> torch.Tensor:
        self.asked.append(inputs.ids_T.tolist())
        logits = torch.zeros(len(targets.ids_T), VOCAB)
        logits[-1, self.script[min(len(targets.ids_T) - 2, len(self.script) - 1)]] = 1
        return logits


@pytest.mark.parametrize("max_tokens", [8, 32])
def test_a_filling_tells_what_stood_there_and_what_is_written(specials: SpecialTokens, max_tokens: int) -> None:
    tokenizer = tiny_models.tokenizer()
    words = tokenizer.encode("room bad", add_special_tokens=False).ids
    model = Filling(words, specials.end_id, max_tokens)
    sentences = ["这本书很不好 the", "好"]
    show = filled_spans(tokenizer, specials, sentinel_id=1, device="cpu", sentences=sentences)
    (line,) = show(model)
    assert (line["before"], line["was"], line["after"], line["filling"]) == ("这 本", "书 很 不", "好 the", "room bad")
    assert len(model.asked[0]) == 6
    assert sentence_of(line) == "这 本 ___ 好 the  (room bad; it was 书 很 不)"


def test_a_filling_without_an_end_is_cut(specials: SpecialTokens) -> None:
    tokenizer = tiny_models.tokenizer()
    model = Filling(tokenizer.encode("room", add_special_tokens=False).ids * 99, specials.end_id, 32)
    show = filled_spans(tokenizer, specials, sentinel_id=1, device="cpu", sentences=["这本书很不好"])
    assert show(model)[0]["filling"] == " ".join(["room"] * 8)
