"""`leafout predict`: files in, answers out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from leafout.cli.options import STORE, Device, StoreFolder, checked_device
from leafout.core.errors import LeafoutError

Release = Annotated[str, typer.Argument(metavar="RELEASE", help="a slot, a folder, or an artifact as `show` takes it")]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="files, globs, folders; `-` is standard input")]


def predict(  # noqa: PLR0913, PLR0917 - flags
    release: Release,
    files: Files,
    store: StoreFolder = STORE,
    out: Annotated[Path | None, typer.Option("--out", help="a .jsonl or .csv file; stdout without it")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on stdout")] = False,
    probabilities: Annotated[bool, typer.Option("--probabilities", help="that of every label")] = False,
    kind: Annotated[str, typer.Option("--format", help="how to read the files, as in collect")] = "auto",
    column: Annotated[
        list[str] | None, typer.Option("--column", metavar="PART=NAME", help="such as text=body; may be repeated")
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="of text files; detected without it")] = "",
    device: Device = "auto",
    max_new_tokens: Annotated[int, typer.Option(min=1, max=100_000, help="of each continuation")] = 64,
    temperature: Annotated[float, typer.Option(min=0.0, max=100.0, help="0 takes the likeliest token")] = 1.0,
    top_k: Annotated[int, typer.Option(min=0, help="keep the k likeliest tokens; 0 keeps all")] = 0,
    top_p: Annotated[float, typer.Option(min=0.01, max=1.0, help="keep tokens of this probability together")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="equal seeds write equal texts")] = 0,
    stop: Annotated[
        list[str] | None, typer.Option("--stop", help="a text before which to end; may be repeated")
    ] = None,
) -> None:
    """Answer every row of some files: a label with its confidence, or a continuation; order and columns are kept."""
    from leafout.chain.answer_files import answer_file
    from leafout.chain.answers import Reading, Sampling, answer_rows, check_out, release_folder, rows, sources
    from leafout.cli.watching import Shown
    from leafout.core.store import Store

    found = sources(files, Path())
    check_out(out, found)
    reading = Reading(kind, _columns(column or []), encoding)
    sampling = Sampling(max_new_tokens, temperature, top_k, top_p, seed, tuple(stop or ()))
    folder = release_folder(Store(store), release)
    answers = answer_rows(rows(found, reading), folder, device=checked_device(device), probabilities=probabilities,
                          sampling=sampling)  # fmt: skip
    table = as_csv or (out is not None and out.suffix.lower() == ".csv")
    count, errors, first = 0, 0, ""
    with Shown(["predict"]) as watch, answer_file(out, sys.stdout, as_csv=table) as write:
        watch.begins("predict", "")
        for count, answer in enumerate(answers, 1):
            write(answer)
            if "error" in answer:
                errors += 1
                first = first or f"{answer['source']}:{answer['line']}: {answer['error']}"
            if count % 64 == 0:
                watch.progress("predict", count, None, "rows", str(answer["source"]))
    print(f"  {count - errors:,} rows answered{f', in {out}' if out else ''}", file=sys.stderr)
    if errors:
        hint = "they stand in the output with their `error`; all others are answered"
        raise LeafoutError(f"{errors} of {count} rows could not be read", where=first, hint=hint)
    if not count:
        raise LeafoutError("there are no rows", where=", ".join(list(found)[:3]), hint="are the files empty?")


def _columns(written: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for one in written:
        part, equals, name = one.partition("=")
        if not equals or not name:
            raise LeafoutError(f"`{one}` names no column", where="--column", hint="--column text=body")
        found.append((part, name))
    return tuple(found)
