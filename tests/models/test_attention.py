import math

import pytest
import torch

import tiny_models
from leafout.models.attention import activate, attend, padded, split_heads
from leafout.models.stream import Stream
from leafout.tasks.example import collate

LENGTHS = (3, 1, 7, 7, 2)


def by_hand(qkv: torch.Tensor, heads: int, *, causal: bool) -> torch.Tensor:
    """Softmax attention of one row, written out."""
    tokens, width = len(qkv), qkv.shape[1] // 3
    query, key, value = (part.view(tokens, heads, -1).transpose(0, 1) for part in torch.split(qkv, width, dim=1))
    scores = query @ key.transpose(1, 2) / math.sqrt(width // heads)
    if causal:
        scores = scores.masked_fill(torch.ones(tokens, tokens).triu(1).bool(), -math.inf)
    mixed: torch.Tensor = (scores.softmax(-1) @ value).transpose(0, 1).reshape(tokens, width)
    return mixed


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths", [LENGTHS, (4, 4, 4)])
def test_each_row_attends_to_itself_alone(lengths: tuple[int, ...], causal: bool) -> None:
    torch.manual_seed(0)
    stream = Stream.of(collate(tiny_models.examples(lengths)))
    ours = torch.randn(sum(lengths), 24, dtype=torch.float32, requires_grad=True)
    theirs = ours.detach().clone().requires_grad_()
    found = attend(ours, stream, heads=2, causal=causal)
    wanted = torch.cat([by_hand(row, 2, causal=causal) for row in torch.split(theirs, list(lengths))])
    assert (found - wanted).abs().max() < 1e-5
    weights = torch.randn_like(found)
    (our_grad,) = torch.autograd.grad([found], [ours], [weights])
    (their_grad,) = torch.autograd.grad([wanted], [theirs], [weights])
    assert (our_grad - their_grad).abs().max() < 1e-5


def test_bfloat16_goes_in_and_out_and_float32_is_computed() -> None:
    torch.manual_seed(0)
    stream = Stream.of(collate(tiny_models.examples(LENGTHS)))
    qkv = torch.randn(sum(LENGTHS), 24).bfloat16()
    found = attend(qkv, stream, heads=2, causal=False)
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, attend(qkv.float(), stream, heads=2, causal=False).bfloat16())


def test_padding_repeats_tokens_and_takes_no_gradient_from_them() -> None:
    stream = Stream.of(collate(tiny_models.examples((1, 3))))
    values = torch.tensor([[1.0], [2.0], [3.0], [4.0]], requires_grad=True)
    wide = padded(values, stream)
    assert wide[:, 0].tolist() == [1, 1, 1, 2, 3, 4]
    (grad,) = torch.autograd.grad([wide], [values], [torch.arange(6.0)[:, None]])
    assert grad[:, 0].tolist() == [0, 3, 4, 5]


def test_heads_are_slices_of_queries_keys_and_values() -> None:
    query, key, value = split_heads(torch.arange(24.0).view(2, 12), 1, 2, 2)
    assert query[0, :, 0].tolist() == [[0, 1], [2, 3]]
    assert key[0, :, 0].tolist() == [[4, 5], [6, 7]]
    assert value[0, :, 1].tolist() == [[20, 21], [22, 23]]


def test_several_queries_share_keys_and_values() -> None:
    query, key, value = split_heads(torch.arange(12.0).view(1, 12), 1, 4, 1)
    assert query[0, :, 0].tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert (key[0, :, 0].tolist(), value[0, :, 0].tolist()) == ([[8, 9]], [[10, 11]])


@pytest.mark.parametrize("name", ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish"])
def test_activations_equal_those_of_transformers(name: str) -> None:
    from transformers.activations import ACT2FN

    values = torch.linspace(-4, 4, 101)
    assert (activate(values, name) - ACT2FN[name](values)).abs().max() < 1e-6
