import pytest

from leafout.core.errors import LeafoutError
from leafout.models.config import ModelConfig, Rope


@pytest.mark.parametrize(
    ("values", "layers", "width", "heads"),
    [
        ({}, 4, 256, 4),
        ({"depth": 2}, 2, 128, 2),
        ({"depth": 12}, 12, 768, 12),
        ({"preset": "tiny"}, 2, 128, 2),
        ({"preset": "mini"}, 4, 256, 4),
        ({"preset": "small"}, 4, 512, 8),
        ({"preset": "medium"}, 8, 512, 8),
        ({"preset": "base"}, 12, 768, 12),
        ({"layers": 2, "width": 32}, 2, 32, 1),
        ({"layers": 6}, 6, 384, 6),
        ({"preset": "base", "layers": 3}, 3, 768, 12),
        ({"width": 96}, 4, 96, 2),
        ({"width": 96, "heads": 3}, 4, 96, 3),
        ({"width": 97}, 4, 97, 1),
    ],
)
def test_one_dial_sets_the_size_and_every_part_can_be_set(
    values: dict[str, object], layers: int, width: int, heads: int
) -> None:
    dims = ModelConfig.read(values).resolved(1000)
    assert (dims.layers, dims.width, dims.heads, dims.ffn) == (layers, width, heads, 4 * width)
    assert (dims.vocab_size, dims.dropout) == (1000, 0.0)


def test_each_kind_has_the_epsilon_of_its_paper() -> None:
    assert ModelConfig(kind="bert").resolved(9).epsilon == 1e-12
    assert ModelConfig(kind="gpt").resolved(9).epsilon == 1e-5


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"preset": "tiny", "depth": 2}, "give one"),
        ({"width": 100, "heads": 3}, "cannot be shared"),
        ({"kind": "t7"}, "kind"),
        ({"depth": 0}, "depth"),
        ({"dropout": 1.0}, "dropout"),
        ({"max_tokens": 10**9}, "max_tokens"),
        ({"layer": 2}, "unknown key `layer`"),
    ],
)
def test_what_makes_no_model_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(LeafoutError, match=said):
        ModelConfig.read(values)


def test_no_words_make_no_model() -> None:
    with pytest.raises(LeafoutError, match="vocabulary"):
        ModelConfig().resolved(0)


def test_newer_decoders_are_as_large_with_their_gate() -> None:
    gpt, llama = (ModelConfig.read({"kind": kind, "preset": "mini"}).resolved(1000) for kind in ("gpt", "llama"))
    assert (llama.layers, llama.width, llama.heads) == (gpt.layers, gpt.width, gpt.heads)
    assert 3 * llama.ffn == pytest.approx(2 * gpt.ffn, rel=0.05)
    assert (llama.activation, llama.kv_heads, llama.rope, llama.tied) == ("silu", 4, Rope(), True)
    assert [ModelConfig.read({"kind": kind}).resolved(9).head_norm for kind in ("qwen2", "qwen3")] == [False, True]


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "gpt", "kv_heads": 1},
        {"kind": "bert", "tied": True},
        {"kind": "llama", "heads": 4, "kv_heads": 3},
        {"kind": "qwen3", "width": 12, "heads": 4},
    ],
    ids=str,
)
def test_a_shape_that_cannot_be_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(LeafoutError):
        ModelConfig.read(values)
