"""How figures, durations and sizes are written for people."""

from collections.abc import Mapping


def figure(value: float | str) -> str:
    """A figure with four digits that matter; whole numbers whole."""
    if isinstance(value, str):
        return value
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.4g}"


def figures(values: Mapping[str, float | str], *, most: int = 6) -> str:
    """Figures side by side: `documents 2651  kept 0.576`; the first few of many."""
    shown = [f"{name} {figure(value)}" for name, value in list(values.items())[:most]]
    if len(values) > most:
        shown.append(f"and {len(values) - most} more")
    return "  ".join(shown)


def duration(seconds: float) -> str:
    """`0.02 s`, `41 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, left = divmod(minutes, 60)
    return f"{hours} h {left} min"


def roughly(seconds: float) -> str:
    """A duration that is only guessed: whole seconds, at least one."""
    return f"{max(1, round(seconds))} s" if seconds < 10 else duration(seconds)


def size(num_bytes: float) -> str:
    """`0 B`, `12 KB`, `3.4 MB`, `1.20 GB` (powers of ten)."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if num_bytes >= scale:
            return f"{num_bytes / scale:.3g} {unit}"
    return f"{num_bytes:.0f} B"
