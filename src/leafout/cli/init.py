"""`leafout init TASK`: a chain file to begin with, every line explained."""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

TASKS = {
    "corpus": "your raw text becomes a corpus one can answer for",
    "classify": "your labelled rows become a classifier in service",
    "pretrain": "your text becomes a small BERT",
    "generate": "your text becomes a small GPT in service",
}


def init(
    task: Annotated[str, typer.Argument(metavar="TASK", help=" | ".join(TASKS))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="where to write; `-` prints it")] = Path(
        "chain.yaml"
    ),
    text: Annotated[str, typer.Option("--text", metavar="GLOB", help="files of plain text")] = "data/text/*.txt",
    rows: Annotated[str, typer.Option("--rows", metavar="GLOB", help="files of labelled rows")] = "data/rows.csv",
) -> None:
    """Write a commented chain file for a task: corpus, classify, pretrain or generate."""
    from leafout.chain.places import nearest
    from leafout.core.durable import json_bytes
    from leafout.core.errors import LeafoutError

    if task not in TASKS:
        hint = nearest(task, TASKS, what="tasks")
        raise LeafoutError(f"unknown task `{task[:40]}`", where="leafout init", hint=hint)
    chain = files("leafout.cli").joinpath("templates", f"{task}.yaml").read_text(encoding="utf-8")
    for name, glob in (("data/text/*.txt", text), ("data/rows.csv", rows)):
        chain = chain.replace(f'"{name}"', json_bytes(glob).decode().strip())
    if str(out) == "-":
        print(chain, end="")
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(chain)
    except FileExistsError:
        hint = "name another with --out, or remove it"
        raise LeafoutError("the file is there already", where=str(out), hint=hint) from None
    except OSError as error:
        raise LeafoutError(f"cannot write the file: {error.strerror}", where=str(out), hint="--out FILE") from None
    print(f"wrote {out}; go on with: leafout plan {out}", file=sys.stderr)
