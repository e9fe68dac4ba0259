"""Attention inside the rows of a stream: padded for the kernel alone, everything around it runs without padding.

Legend: B rows, S tokens of the longest row, T tokens of all rows, D width, H heads, G heads of keys and values,
E width of a head, P tokens of a prefix.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from leafout.models.stream import Stream


class _Padded(torch.autograd.Function):
    """Stream -> padded. Backward is a gather: no two places add up, so it is exact and needs no atomics."""

    @staticmethod
    def forward(ctx: Any, values_TD: Tensor, pad_BS: Tensor, unpad_T: Tensor) -> Tensor:
        ctx.save_for_backward(unpad_T)
        return values_TD.index_select(0, pad_BS)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (unpad_T,) = ctx.saved_tensors
        return grads[0].index_select(0, unpad_T), None, None


class _Unpadded(torch.autograd.Function):
    """Padded -> stream."""

    @staticmethod
    def forward(ctx: Any, values_BSD: Tensor, unpad_T: Tensor) -> Tensor:
        ctx.save_for_backward(unpad_T)
        ctx.num_places = len(values_BSD)
        return values_BSD.index_select(0, unpad_T)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (unpad_T,) = ctx.saved_tensors
        grad_TD = grads[0]
        return grad_TD.new_zeros(ctx.num_places, grad_TD.shape[1]).index_copy_(0, unpad_T, grad_TD), None


def attend(
    qkv_TD: Tensor,
    stream: Stream,
    *,
    heads: int,
    causal: bool,
    kv_heads: int = 0,
    reach: int = 0,
    prefix: Tensor | None = None,
) -> Tensor:
    """Scaled dot-product attention of each token with the tokens of its own row.

    On a CPU the kernel runs in float32 whatever comes in. In bfloat16 it took 2.3 (short rows) to 5.6 times as long on
    a chip without bfloat16 units; `benchmarks/attention_cpu.py` measures it on another.

    Args:
        qkv_TD: queries, keys and values side by side, [T, (H + 2 * G) * E].
        stream: which tokens are a row.
        heads: H.
        causal: only with itself and the tokens before it.
        kv_heads: G, heads of keys and values, each for H / G queries (Ainslie et al. 2023); 0 is H.
        reach: how many tokens before and behind it a token sees (not causal); 0 is all.
        prefix: keys and values [P, 2 * D] that every token sees too (not causal).

    Returns:
        [T, H * E], in the dtype of `qkv_TD`.
    """
    qkv_BSD = padded(qkv_TD, stream)
    if qkv_BSD.device.type == "cpu":
        qkv_BSD = qkv_BSD.float()
    query_BHSE, key_BHSE, value_BHSE = split_heads(qkv_BSD, stream.num_rows, heads, kv_heads or heads)
    # causal rows are padded at their right end, where no token looks: they need no mask of their own
    mask = None if causal else stream.mask_B11S
    if 0 < reach < stream.max_tokens - 1:
        places_S = torch.arange(stream.max_tokens, device=qkv_TD.device)
        near_SS = (places_S[:, None] - places_S).abs() <= reach
        mask = near_SS if mask is None else mask & near_SS
    if prefix is not None:
        key_BHSE, value_BHSE = (
            torch.cat([_before(part, key_BHSE), values], 2)
            for part, values in zip(prefix.to(key_BHSE.dtype).chunk(2, 1), (key_BHSE, value_BHSE), strict=True)
        )
        mask = None if mask is None else functional.pad(mask, (len(prefix), 0), value=True)
    mixed_BHSE = functional.scaled_dot_product_attention(
        query_BHSE, key_BHSE, value_BHSE, attn_mask=mask, is_causal=causal, enable_gqa=kv_heads not in {0, heads}
    )
    mixed_BSD = mixed_BHSE.transpose(1, 2).reshape(stream.num_rows * stream.max_tokens, -1).to(qkv_TD.dtype)
    if stream.unpad_T is None:
        return mixed_BSD
    mixed_TD: Tensor = _Unpadded.apply(mixed_BSD, stream.unpad_T)  # type: ignore[no-untyped-call]  # torch has no types
    return mixed_TD


def _before(prefix_PD: Tensor, like_BHSE: Tensor) -> Tensor:
    """A prefix as keys or values of each row, [B, H, P, E]."""
    heads_HPE = prefix_PD.view(len(prefix_PD), like_BHSE.shape[1], -1).transpose(0, 1)
    return heads_HPE.expand(len(like_BHSE), -1, -1, -1)


def padded(values_TD: Tensor, stream: Stream) -> Tensor:
    """The rows of a stream at one length, [B * S, D]; places without a token repeat another token."""
    if stream.pad_BS is None:
        return values_TD
    values_BSD: Tensor = _Padded.apply(values_TD, stream.pad_BS, stream.unpad_T)  # type: ignore[no-untyped-call]
    return values_BSD


def split_heads(qkv_BSD: Tensor, num_rows: int, heads: int, kv_heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries [B, H, S, E], keys and values [B, G, S, E] as views of [B * S, (H + 2 * G) * E]."""
    # split, not indexed: the backward of an index makes a whole zero tensor for each part, that of a split none
    width = qkv_BSD.shape[-1] // (heads + 2 * kv_heads)
    widths = [heads * width, kv_heads * width, kv_heads * width]
    parts = torch.split(qkv_BSD.view(num_rows, -1, qkv_BSD.shape[-1]), widths, -1)
    query, key, value = (part.view(*part.shape[:2], -1, width).transpose(1, 2) for part in parts)
    return query, key, value


def activate(hidden: Tensor, name: str) -> Tensor:
    """Apply the activation that a config names."""
    if name == "gelu":
        return functional.gelu(hidden)
    if name in {"gelu_new", "gelu_pytorch_tanh"}:
        return functional.gelu(hidden, approximate="tanh")
    return functional.relu(hidden) if name == "relu" else functional.silu(hidden)


def norm_of(width: int, epsilon: float, *, bias: bool = True) -> nn.LayerNorm:
    """A layer norm; its input is the residual stream, which stays in float32 under autocast."""
    return nn.LayerNorm(width, eps=epsilon, bias=bias)
