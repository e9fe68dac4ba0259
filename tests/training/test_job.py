import importlib
import inspect
import pkgutil

import pytest

from leafout.tasks import losses
from leafout.training.job import Objective

MODULES = [
    importlib.import_module(f"{losses.__name__}.{found.name}") for found in pkgutil.iter_modules(losses.__path__)
]
OBJECTIVES = [
    found
    for module in MODULES
    for _, found in inspect.getmembers(module, inspect.isclass)
    if found.__module__ == module.__name__ and hasattr(found, "evaluate")
]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("method", ["counts", "loss", "evaluate"])
def test_each_objective_takes_what_the_loop_gives(objective: type, method: str) -> None:
    wanted = list(inspect.signature(getattr(Objective, method)).parameters)
    assert list(inspect.signature(getattr(objective, method)).parameters) == wanted


def test_all_objectives_are_found() -> None:
    names = {objective.__name__ for objective in OBJECTIVES}
    assert {"CausalObjective", "ClassifyObjective", "DistilObjective", "MaskedObjective"} <= names
