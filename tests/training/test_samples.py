from pathlib import Path

import pytest
import torch

import tiny_models
import tiny_tokens
from leafout.models.config import ModelConfig
from leafout.models.new import new_causal, new_masked
from leafout.tokenization.special import SpecialTokens, special_tokens
from leafout.training.samples import masked_guesses, sentence_of, written_texts

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
