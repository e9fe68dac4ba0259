import torch

import tiny_training
from leafout.training.checkpoint import weights_digest
from leafout.training.optim import make_optimizer, optimizer_tensors
from leafout.training.spikes import Calm, is_spike


def test_a_spike_lies_far_over_the_losses_before_it() -> None:
    before = [2.0 + 0.1 * (place % 5) for place in range(50)]
    assert is_spike(5.0, before, 10)
    assert not is_spike(2.9, before, 10)
    assert not is_spike(0.1, before, 10)


def test_nothing_is_a_spike_at_first() -> None:
    assert not is_spike(100.0, [1.0] * 19, 10)
    assert is_spike(100.0, [1.0] * 20, 10)


def test_losses_that_stand_still_leave_room_for_a_little() -> None:
    assert not is_spike(1.05, [1.0] * 50, 10)
    assert is_spike(1.2, [1.0] * 50, 10)


def test_model_and_optimizer_are_given_back_as_they_were() -> None:
    model = tiny_training.Bag()
    optimizer = make_optimizer(model, tiny_training.config())
    calm = Calm({})

    def step() -> None:
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()

    calm.keep(model, optimizer)
    first = weights_digest(model)
    step()
    calm.give_back(model, optimizer)
    assert weights_digest(model) == first
    assert not optimizer_tensors(model, optimizer)
    step()
    calm.keep(model, optimizer)
    second, memory = weights_digest(model), {k: v.clone() for k, v in optimizer_tensors(model, optimizer).items()}
    step()
    assert weights_digest(model) != second
    calm.give_back(model, optimizer)
    assert weights_digest(model) == second
    assert all(torch.equal(values, memory[name]) for name, values in optimizer_tensors(model, optimizer).items())
    step()
    calm.give_back(model, optimizer)
    assert weights_digest(model) == second
