"""The fenced blocks of Markdown files: what a reader would copy."""

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """A block: its language, its text, and where it stands."""

    language: str
    text: str
    where: str


def fences(path: Path, *languages: str) -> list[Fence]:
    """The blocks of a file in some languages, in order."""
    whole = path.read_text(encoding="utf-8")
    return [
        Fence(match[1], match[2], f"{path.relative_to(PROJECT)}:{whole.count(chr(10), 0, match.start()) + 1}")
        for match in _FENCE.finditer(whole)
        if match[1] in languages
    ]


def commands(fence: Fence) -> list[str]:
    """The commands of a console block, without prompts, comments, continuations and printed answers."""
    lines = fence.text.replace("\\\n", " ").split("\n")
    prompted = [line[2:] for line in lines if line.startswith("$ ")]
    plain = prompted or [line for line in lines if line.strip() and not line.startswith("#")]
    return [re.sub(r"\s+#.*$", "", line).strip() for line in plain]


def documents() -> list[Path]:
    """Every Markdown file of the project that shows commands or snippets."""
    return [PROJECT / "README.md", PROJECT / "README.zh-CN.md", *sorted((PROJECT / "docs").rglob("*.md"))]
