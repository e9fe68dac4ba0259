"""What makes a step the same each time it is computed: threads, deterministic kernels, a seed for each step."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import numpy as np
import torch


@contextmanager
def repeatable(threads: int) -> Iterator[None]:
    """So many threads, and kernels whose sums have one order; everything is put back afterwards.

    Without it, gradients of gathered rows are added up by atomic operations in any order.
    """
    before = torch.get_num_threads()
    strict, warns = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    fills = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]  # no stub has it
    random = torch.get_rng_state()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True, warn_only=torch.cuda.is_available())
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # no stub has it
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(strict, warn_only=warns)
        torch.utils.deterministic.fill_uninitialized_memory = fills  # type: ignore[attr-defined]  # no stub has it
        torch.set_rng_state(random)


def seed_step(seed: int, step: int, rank: int = 0) -> None:
    """Dropout of a step depends on (seed, step, rank of the process) alone, whatever was drawn before."""
    key = (seed, step, rank) if rank else (seed, step)
    torch.manual_seed(int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0]) >> 1)


def products_in(dtype: str, device: str) -> AbstractContextManager[object]:
    """Matrix products in `bf16` (sums and norms stay in fp32), or nothing for `fp32`."""
    return torch.autocast(device, dtype=torch.bfloat16, enabled=dtype == "bf16")
