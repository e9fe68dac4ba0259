"""House rules that no tool knows: sizes, mirrored tests, documented fields, and words that must not be committed."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
FORBIDDEN = re.compile(
    r"trust_remote_code\s*=\s*True|pickle\.load|(?:pypi|files\.pythonhosted|download\.pytorch)\.(?:org|com)"
)
PIPES = {"src/leafout/core/parallel.py", "src/leafout/core/parallel_worker.py", "tests/core/test_parallel_worker.py"}
"""Where a program and its own workers talk through pipes that nobody else can write to: pickles never touch a file."""


def tracked(pattern: str) -> list[Path]:
    """The files of the project that git tracks or would track."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", pattern]
    return [Path(name) for name in subprocess.check_output(command, text=True).splitlines() if Path(name).exists()]


def size_faults(path: Path, text: str) -> Iterator[str]:
    """Files and functions over the limits."""
    lines = text.count("\n")
    if lines > MAX_FILE_LINES and path.parts[0] == "src":
        yield f"{path}: {lines} lines, the limit is {MAX_FILE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > MAX_FUNCTION_LINES and path.parts[0] == "src":
                yield f"{path}:{node.lineno}: `{node.name}` has {size} lines, the limit is {MAX_FUNCTION_LINES}"


def mirror_faults(sources: list[Path]) -> Iterator[str]:
    """Source files without a test of the same name in the same place, and tests of nothing."""
    for path in sources:
        inner = path.relative_to("src/leafout")
        if path.name in {"__init__.py", "__main__.py"}:
            continue
        test = Path("tests") / inner.parent / f"test_{inner.name}"
        if not test.exists():
            yield f"{path}: no test in {test}"


def main() -> int:
    """Print each fault on a line; 1 when there is any."""
    sources = tracked("src/*.py")
    faults = list(mirror_faults(sources))
    for path in [*sources, *tracked("tests/*.py"), *tracked("benchmarks/*.py")]:
        faults += size_faults(path, path.read_text(encoding="utf-8"))
    for path in tracked("."):
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ""} and path != Path("scripts/house_rules.py"):
            text = path.read_text(encoding="utf-8")
            banned = {word for word in FORBIDDEN.findall(text) if word != "pickle.load" or path.as_posix() not in PIPES}
            faults += [f"{path}: `{found}` must not stand here" for found in banned]
    print("\n".join(faults) if faults else "house rules kept")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
