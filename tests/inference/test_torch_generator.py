import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.load import load_generator
from leafout.inference.release import read_release
from leafout.inference.torch_generator import TorchGenerator

PROMPTS = ("这本书", "the room was", "", "好 的 good 一 the 书")


def generator(folder: Path) -> TorchGenerator:
    return TorchGenerator(read_release(folder), threads=1, device="cpu")


def greedy(model: Any, ids: list[int], new: int) -> list[int]:
    with torch.no_grad():
        inputs = torch.tensor([ids])
        out = model.generate(
            inputs, attention_mask=torch.ones_like(inputs), max_new_tokens=new, do_sample=False, pad_token_id=0
        )
    found: list[int] = out[0, len(ids) :].tolist()
    return found


def wanted_text(folder: Path, prompt: str, tokens: list[int], end: int = 3) -> str:
    tokenizer = tiny_models.tokenizer()
    kept = tokens[: tokens.index(end)] if end in tokens else tokens
    ids = [2, *tokenizer.encode(prompt, add_special_tokens=False).ids]
    before: str = tokenizer.decode(ids)
    whole: str = tokenizer.decode(ids + kept)
    return whole[len(before) :]


@pytest.mark.parametrize("kind", ["gpt2", "llama", "qwen2", "qwen3", "mistral"])
def test_greedy_tokens_equal_those_of_transformers(tmp_path: Path, kind: str) -> None:
    model = tiny_models.write_gpt(tmp_path, layers=3) if kind == "gpt2" else tiny_models.write_rotary(tmp_path, kind)
    found = generator(tmp_path).generate(PROMPTS, max_new_tokens=12, temperature=0)
    for prompt, done in zip(PROMPTS, found, strict=True):
        ids = [2, *tiny_models.tokenizer().encode(prompt, add_special_tokens=False).ids]
        tokens = greedy(model, ids, 12)
        assert done.text == wanted_text(tmp_path, prompt, tokens)
        assert done.num_prompt_tokens == len(ids)
        assert (done.finish_reason == "stop") == (3 in tokens)
        assert done.num_tokens == len(tokens) - (3 in tokens)


def test_a_prompt_is_continued_alike_alone_and_beside_others(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    made = generator(tmp_path)
    knobs: dict[str, Any] = {"max_new_tokens": 20, "temperature": 1.3, "top_k": 12, "top_p": 0.95, "seed": 5}
    together = made.generate(PROMPTS, **knobs)
    assert [made.generate([prompt], **knobs)[0] for prompt in PROMPTS] == together
    assert made.generate(PROMPTS, **knobs) == together
    assert made.generate(PROMPTS, **(knobs | {"seed": 6})) != together


def test_what_is_streamed_is_the_completion(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    streamed = ["", "", "", ""]

    def heard(index: int, piece: str) -> None:
        streamed[index] += piece

    found = generator(tmp_path).generate(PROMPTS, max_new_tokens=15, seed=1, on_token=heard)
    assert streamed == [done.text for done in found]
    assert any(streamed)


def test_a_stop_string_ends_a_completion_before_itself(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    made = generator(tmp_path)
    whole = made.generate(["the"], max_new_tokens=20, seed=4)[0]
    stop = whole.text.split()[2]
    cut = made.generate(["the"], max_new_tokens=20, seed=4, stop=[stop])[0]
    assert cut.finish_reason == "stop"
    assert cut.text == whole.text[: whole.text.index(stop)]
    assert cut.num_tokens < whole.num_tokens


def test_a_long_prompt_keeps_its_end(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path, max_tokens=16)
    made = generator(tmp_path)
    knobs: dict[str, Any] = {"max_new_tokens": 5, "temperature": 0}
    long = made.generate(["书 " * 50 + "the room was good 一 的 a not it to of"], **knobs)[0]
    assert long.num_prompt_tokens == 12
    assert 0 < long.num_tokens <= 5
    most = made.generate(["好 " * 9], max_new_tokens=100, temperature=0)[0]
    assert most.num_prompt_tokens + most.num_tokens <= 17
    assert most.num_prompt_tokens == 8


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    found = generator(tmp_path).generate(["the", "书"], max_new_tokens=40, should_stop=stop, seed=2)
    assert {done.finish_reason for done in found} == {"cancelled"}
    assert all(done.num_tokens == 3 for done in found)


def test_token_logits_equal_those_of_transformers(tmp_path: Path) -> None:
    model = tiny_models.write_gpt(tmp_path)
    made = generator(tmp_path)
    for text in ("这本书 very good", "", "好 " * 100):
        ids, logits = made.token_logits(text)
        assert ids[0] == 2
        assert len(ids) <= 48
        with torch.no_grad():
            wanted = model(input_ids=torch.tensor(ids)[None]).logits[0].numpy()
        assert np.abs(logits - wanted).max() < 1e-5


def test_a_tokenizer_with_more_words_than_the_model_is_refused(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    path = tmp_path / "tokenizer.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["model"]["vocab"]["surplus"] = len(values["model"]["vocab"])
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(LeafoutError, match="vocabulary"):
        load_generator(tmp_path, threads=1)


def test_no_new_tokens_are_refused(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    with pytest.raises(LeafoutError, match="max_new_tokens"):
        generator(tmp_path).generate(["a"], max_new_tokens=0)
    assert generator(tmp_path).generate([]) == []
