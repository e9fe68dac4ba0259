"""Gates: limits on the figures of an exam, such as `macro_f1: ">= 0.80"`."""

import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping

from leafout.core.errors import LeafoutError

_OPERATORS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    ">=": (operator.ge, "at least"),
    "<=": (operator.le, "at most"),
    ">": (operator.gt, "more than"),
    "<": (operator.lt, "less than"),
    "==": (operator.eq, "exactly"),
}
_GATE = re.compile(r"\s*(>=|<=|==|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%?)\s*\Z", re.ASCII)


def check_gates(metrics: Mapping[str, float], gates: Mapping[str, str]) -> list[str]:
    """Hold the figures of an exam against limits.

    Args:
        metrics: what `evaluate` returned.
        gates: metric -> an operator (`>=`, `<=`, `>`, `<`, `==`) and a number; `80 %` is 0.8.

    Returns:
        A sentence with both numbers for each gate that was not passed; empty when all were.

    Raises:
        LeafoutError: for a gate that is malformed, names no figure of the exam, or one that is no number.
    """
    return [sentence for name, gate in gates.items() if (sentence := _failure(metrics, name, gate))]


def read_gate(name: str, gate: object) -> tuple[str, float]:
    """The operator and the number of a gate.

    Raises:
        LeafoutError: when it is none.
    """
    found = _GATE.match(gate) if isinstance(gate, str) else None
    if found is None:
        hint = f'write an operator and a number, such as `{name}: ">= 0.80"`'
        raise LeafoutError(f"the gate on `{name}` is {gate!r}, not a limit", where=f"[gates.{name}]", hint=hint)
    limit = float(found[2]) / (100 if found[3] else 1)
    if not math.isfinite(limit):
        raise LeafoutError(f"the gate on `{name}` is {gate!r}, not a finite limit", where=f"[gates.{name}]")
    return found[1], limit


def _failure(metrics: Mapping[str, float], name: str, gate: object) -> str:
    sign, limit = read_gate(name, gate)
    if name not in metrics:
        near = difflib.get_close_matches(name, metrics, n=3)
        hint = f"did you mean `{'` or `'.join(near)}`?" if near else f"the exam has {', '.join(sorted(metrics))}"
        raise LeafoutError(f"the gate names `{name}`, which the exam does not have", where=f"[gates.{name}]", hint=hint)
    value = metrics[name]
    if math.isnan(value):
        raise LeafoutError(f"`{name}` is not a number, no gate can be held against it", where=f"[gates.{name}]")
    passes, words = _OPERATORS[sign]
    return "" if passes(value, limit) else f"`{name}` is {_shown(value, limit)}, {words} {limit:g} is asked for"


def _shown(value: float, limit: float) -> str:
    """As many digits as tell the two apart."""
    return next((text for digits in (4, 6, 9) if float(text := f"{value:.{digits}g}") != limit), repr(value))
