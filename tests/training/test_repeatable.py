import torch

from leafout.training.repeatable import products_in, repeatable, seed_step


def test_a_step_draws_the_same_whatever_was_drawn_before() -> None:
    seed_step(3, 7)
    first = torch.rand(4)
    torch.rand(100)
    seed_step(3, 7)
    assert torch.equal(torch.rand(4), first)
    seed_step(3, 7, 0)
    assert torch.equal(torch.rand(4), first)
    for other in ((3, 8), (4, 7), (7, 3), (3, 7, 1), (3, 7, 2)):
        seed_step(*other)
        assert not torch.equal(torch.rand(4), first)


def test_everything_is_put_back() -> None:
    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.get_rng_state())
    with repeatable(before[0] + 1):
        assert torch.get_num_threads() == before[0] + 1
        assert torch.are_deterministic_algorithms_enabled()
        seed_step(1, 1)
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before[:2]
    assert torch.equal(torch.get_rng_state(), before[2])


def test_products_are_in_the_format_that_was_planned() -> None:
    a = torch.ones(8, 8)
    for dtype, wanted in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        with products_in(dtype, "cpu"):
            assert (a @ a).dtype == wanted
