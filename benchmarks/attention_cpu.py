"""Attention of a stream on one core, forward and backward: ours beside the obvious ways to write it.

Sides, for rows of short reviews (about 24 tokens) and of pre-training (about 120), in length-bucketed batches:

- ours: padded inside attention, the kernel in float32, queries, keys and values cut off as chunks;
- in bf16: the same, with the kernel in the dtype that autocast hands over;
- indexed: the same as ours, queries, keys and values taken by index (whose backward makes zeros);
- by hand: matrix products and softmax in float32;
- whole: every batch padded to the longest row of all.

CPU time of this process is counted, so that other work on the machine matters little.

    python benchmarks/attention_cpu.py
"""

import argparse
import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from leafout.core.device import chip
from leafout.models.attention import attend, padded, split_heads
from leafout.models.stream import Stream
from leafout.tasks.example import Batch, bucketed_order, positions, starts

HEADS, WIDTH, LONGEST = 4, 256, 128
Side = Callable[[Tensor, Stream], Tensor]


def main() -> None:
    """Print a line for each kind of rows."""
    wish = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wish.add_argument("--batches", type=int, default=4)
    wish.add_argument("--batch-tokens", type=int, default=2048)
    wish.add_argument("--repeats", type=int, default=7)
    given = wish.parse_args()
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    kinds = {
        "reviews": np.clip(random.geometric(1 / 24, 20_000) + 2, 3, LONGEST),
        "pairs": np.where(
            random.random(20_000) < 0.1, random.integers(8, LONGEST, 20_000), random.integers(110, LONGEST + 1, 20_000)
        ),
    }
    print(
        f"{chip()}, torch {torch.__version__}, {HEADS} heads of {WIDTH // HEADS}, {given.batch_tokens} tokens a batch"
    )
    for name, lengths in kinds.items():
        order = bucketed_order(lengths, batch_tokens=given.batch_tokens, seed=0, epoch=0)[: given.batches]
        seconds = dict.fromkeys(SIDES, 0.0)
        for rows in order:
            for side, taken in timed(lengths[rows].astype(np.int32), repeats=given.repeats).items():
                seconds[side] += taken
        ours = seconds["ours"]
        said = ", ".join(f"{side} {taken / ours:.2f}x" for side, taken in seconds.items() if side != "ours")
        print(f"{name}: ours {1000 * ours / len(order):.1f} ms a batch; {said}")


def timed(lengths_B: NDArray[np.int32], *, repeats: int) -> Mapping[str, float]:
    """Median seconds of CPU of each side for a batch, forward and backward, sides in turn."""
    stream, values_TD = batch(lengths_B)
    taken: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(repeats + 1):
        for side, work in SIDES.items():
            qkv_TD = values_TD.clone().requires_grad_()
            began = time.process_time()
            mixed_TD = work(qkv_TD, stream)
            torch.autograd.grad([mixed_TD], [qkv_TD], [torch.ones_like(mixed_TD)])
            taken[side].append(time.process_time() - began)
    return {side: statistics.median(each[1:]) for side, each in taken.items()}


def batch(lengths_B: NDArray[np.int32]) -> tuple[Stream, Tensor]:
    """A stream of rows, and queries, keys and values as bf16 autocast makes them."""
    num_tokens = int(lengths_B.sum())
    nought = np.zeros(num_tokens, np.int32)
    rows = Batch(nought, positions(lengths_B), nought, starts(lengths_B), np.zeros(len(lengths_B), np.int64))
    generator = torch.Generator().manual_seed(0)
    return Stream.of(rows), torch.randn(num_tokens, 3 * WIDTH, generator=generator).bfloat16()


def ours(qkv_TD: Tensor, stream: Stream) -> Tensor:
    """What the models do."""
    return attend(qkv_TD, stream, heads=HEADS, causal=False)


def in_bf16(qkv_TD: Tensor, stream: Stream) -> Tensor:
    """The kernel in the dtype that comes in."""
    query, key, value = split_heads(padded(qkv_TD, stream), stream.num_rows, HEADS, HEADS)
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=stream.mask_B11S)
    return unpadded(mixed, stream)


def indexed(qkv_TD: Tensor, stream: Stream) -> Tensor:
    """Queries, keys and values by index."""
    wide = padded(qkv_TD, stream).float()
    parts = wide.view(stream.num_rows, -1, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
    mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=stream.mask_B11S)
    return unpadded(mixed, stream).to(qkv_TD.dtype)


def by_hand(qkv_TD: Tensor, stream: Stream) -> Tensor:
    """Products and softmax."""
    query, key, value = split_heads(padded(qkv_TD, stream).float(), stream.num_rows, HEADS, HEADS)
    scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
    if stream.mask_B11S is not None:
        scores = scores.masked_fill(~stream.mask_B11S, float("-inf"))
    return unpadded(scores.softmax(-1) @ value, stream).to(qkv_TD.dtype)


def whole(qkv_TD: Tensor, stream: Stream) -> Tensor:
    """Every row padded to the longest row of all batches."""
    wide = qkv_TD.new_zeros(stream.num_rows, LONGEST, qkv_TD.shape[1])
    lengths = torch.diff(stream.starts_B, append=torch.tensor([len(qkv_TD)]))
    is_token = torch.arange(LONGEST) < lengths[:, None]
    wide[is_token] = qkv_TD
    query, key, value = split_heads(wide.float().flatten(0, 1), stream.num_rows, HEADS, HEADS)
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=is_token[:, None, None, :])
    return mixed.transpose(1, 2).flatten(2)[is_token].to(qkv_TD.dtype)


def unpadded(mixed_BHSE: Tensor, stream: Stream) -> Tensor:
    """Back to a stream."""
    mixed_BSD = mixed_BHSE.transpose(1, 2).reshape(stream.num_rows * stream.max_tokens, -1)
    return mixed_BSD if stream.unpad_T is None else mixed_BSD.index_select(0, stream.unpad_T)


SIDES: Mapping[str, Side] = {
    "ours": ours,
    "in bf16": in_bf16,
    "indexed": indexed,
    "by hand": by_hand,
    "whole": whole,
}


if __name__ == "__main__":
    main()
