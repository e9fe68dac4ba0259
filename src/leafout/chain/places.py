"""Where each value of a chain was written: a line of its file, or a `--set` on the command line."""

import copy
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leafout.core.errors import LeafoutError
from leafout.core.spec import Located, parse_value


@dataclass(frozen=True)
class Override:
    """One `--set a.b=c`.

    Attributes:
        path: the parts of its left side.
        value: its right side, read as YAML.
        text: as it was written.
    """

    path: tuple[str, ...]
    value: Any
    text: str


@dataclass(frozen=True)
class Places:
    """Finds the place of a value, for messages."""

    located: Located
    overrides: tuple[Override, ...] = ()

    def where(self, path: Sequence[str | int]) -> str:
        """The place to show: `file:line [a.b]`, or the `--set` that wrote the value."""
        words = tuple(str(part) for part in path)
        for override in reversed(self.overrides):
            if words[: len(override.path)] == override.path:
                return f"--set {override.text} [{'.'.join(words)}]"
        return self.located.where([int(part) if str(part).isdigit() else part for part in path])


def nearest(word: str, known: Iterable[str], *, what: str) -> str:
    """A hint: the known word that is meant, or all of them.

    Args:
        word: what was written.
        known: what can be written.
        what: the plural name of the known ones, such as `steps`.
    """
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"{what}: {', '.join(f'`{name}`' for name in names)}" if names else f"there are no {what}"


def read_override(text: str) -> Override:
    """Read one `--set`.

    Raises:
        LeafoutError: when it is not `step.key=value`, or the value is no YAML.
    """
    left, equals, right = text.partition("=")
    path = tuple(left.strip().split("."))
    if not equals or not all(path) or (len(path) < 2 and path != ("seed",)):
        raise LeafoutError(
            "an override is `step.key=value`", where=f"--set {text}", hint="--set clean.quality.min_chars=100"
        )
    try:
        return Override(path, parse_value(right), text)
    except LeafoutError as error:
        hint = error.hint or f"quote the value: --set {left}='...'"
        raise LeafoutError(error.message, where=f"--set {text}", hint=hint) from None


def overridden(values: Mapping[str, Any], overrides: Sequence[Override]) -> dict[str, Any]:
    """A copy of a chain's values with the overrides written into it.

    Raises:
        LeafoutError: when an override names no step, or leads through something that is no table.
    """
    changed = copy.deepcopy(dict(values))
    for override in overrides:
        place = f"--set {override.text}"
        first = override.path[0]
        if first not in changed and first != "seed":
            hint = nearest(first, [name for name in changed if name != "seed"], what="steps")
            raise LeafoutError(f"no step `{first}`", where=place, hint=hint)
        here: Any = changed
        for depth, part in enumerate(override.path[:-1], start=1):
            if here.get(part) is None:
                here[part] = {}
            here = here[part]
            if not isinstance(here, dict):
                dotted = ".".join(override.path[:depth])
                raise LeafoutError(
                    f"`{dotted}` is no table that has keys", where=place, hint=f"--set {dotted}=... sets it whole"
                )
        here[override.path[-1]] = override.value
    return changed
