import pytest
import torch
from torch import nn

from leafout.models.adapters.adalora import AdaptiveRank, AdaptiveShape, Allocation, Timetable
from leafout.models.adapters.places import Part

SHAPE = AdaptiveShape(first_rank=3, last_rank=1, alpha=6.0, orthogonality=0.5)


def made(*parts: tuple[int, int]) -> AdaptiveRank:
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    return AdaptiveRank(
        nn.Linear(6, 9), [Part(start, height, f"at{start}") for start, height in parts], SHAPE, generator
    )


def stirred(module: AdaptiveRank) -> AdaptiveRank:
    with torch.no_grad():
        for parameter in (module.down, module.up, module.values):
            parameter.normal_()
    return module


def test_at_first_nothing_is_changed_and_merged_nothing_either() -> None:
    module, inputs = made((0, 3), (6, 3)), torch.randn(4, 6)
    torch.testing.assert_close(module(inputs), module.product(inputs))
    stirred(module)
    tensors = module.tensors()
    scale = 2.0 / (1 + 1e-5 / 3)  # peft divides by a little more than the rank
    last = module.product.weight.detach()[6:] + scale * tensors["at6.lora_B"] @ (
        tensors["at6.lora_E"] * tensors["at6.lora_A"]
    )
    after = module(inputs).detach()
    torch.testing.assert_close(after[:, 6:], inputs @ last.T + module.product.bias.detach()[6:])
    torch.testing.assert_close(after[:, 3:6], module.product(inputs)[:, 3:6])
    torch.testing.assert_close(module.merged()(inputs), after)


def test_the_budget_falls_by_a_cubic_and_is_chosen_in_between() -> None:
    times = Timetable(steps=100, warmup=10, final=40, every=10)
    budgets = [times.budget(step, 36, 12) for step in range(101)]
    assert budgets[10] == 36
    assert budgets[35] == 12 + 3
    assert budgets[60] == budgets[100] == 12
    assert budgets == sorted(budgets, reverse=True)
    assert [step for step in range(101) if times.chooses(step)] == [20, 30, 40, 50, 60]
    assert Timetable(steps=10, warmup=1, final=3, every=5).chooses(7)


def test_the_pull_is_the_gradient_of_the_regulariser() -> None:
    module = stirred(made((0, 3), (3, 6)))
    module.pull_to_orthogonal()
    found = [module.down.grad, module.up.grad]
    module.zero_grad()
    regulariser = torch.zeros(())
    for ranks, rows in ((slice(0, 3), slice(0, 3)), (slice(3, 6), slice(3, 9))):
        for square in (module.down[ranks] @ module.down[ranks].T, module.up[rows].T @ module.up[rows]):
            regulariser = regulariser + (square - torch.eye(3)).square().sum()
    (0.5 * regulariser).backward()  # type: ignore[no-untyped-call]  # torch has no type for it
    for mine, true in zip(found, (module.down.grad, module.up.grad), strict=True):
        assert mine is not None
        torch.testing.assert_close(mine, true)


def test_what_matters_is_smoothed_and_times_how_much_it_varies() -> None:
    module = stirred(made((0, 9)))
    module.values.grad = torch.tensor([1.0, 2.0, 0.0])
    module.weigh()
    now = (module.values * module.values.grad).detach().abs()
    matters = 0.15 * now
    torch.testing.assert_close(module.get_buffer("values_matters"), matters)
    torch.testing.assert_close(module.get_buffer("values_varies"), 0.15 * (now - matters).abs())
    assert float(module.importance()[2]) == 0
    torch.testing.assert_close(module.importance(), matters * 0.15 * (now - matters).abs())


def test_ranks_that_matter_least_are_given_up_over_all_products() -> None:
    first, second = stirred(made((0, 9))), stirred(made((0, 9)))
    allocation = Allocation([first, second], SHAPE, Timetable(steps=4, warmup=0, final=1, every=1))
    assert (allocation.first, allocation.last) == (6, 2)
    for module, gradient in ((first, [9.0, 8.0, 0.0]), (second, [0.0, 0.0, 7.0])):
        with torch.no_grad():
            module.values.fill_(1.0)
        module.values.grad = torch.tensor(gradient)
    for _ in range(3):
        allocation.before_update()
        for module in (first, second):  # the pull alone must not decide
            module.down.grad = module.up.grad = None
        allocation.after_update()
    assert int(allocation.step) == 3
    assert int(first.kept.sum() + second.kept.sum()) == 2
    assert first.pattern() == {"at0.lora_E": first.kept.tolist()}
    assert first.tensors()["at0.lora_A"].shape == (int(first.kept.sum()), 6)
    with torch.no_grad():
        first.values.fill_(5.0)
    allocation.after_update()
    assert torch.equal(first.values != 0, first.kept)


def test_all_that_decides_is_in_buffers() -> None:
    module = made((0, 9))
    assert {"kept", "values_matters", "down_varies", "up_matters"} <= {name for name, _ in module.named_buffers()}
    allocation = Allocation([module], SHAPE, Timetable(steps=4, warmup=0, final=1, every=1))
    assert [name for name, _ in allocation.named_buffers()] == ["step"]
    assert not list(allocation.parameters())


def test_weights_that_are_shared_out_are_refused() -> None:
    module = made((0, 9))
    module.down.full_tensor = None  # type: ignore[attr-defined]  # as those of a sharded model have it
    with pytest.raises(Exception, match="cannot be shared out among processes"):
        module.pull_to_orthogonal()
