"""`leafout trace`: from an answer, a slot or a model back to the documents."""

import json
import sys
from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder


def trace(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="a slot, the id of an answer, or an artifact as `show` takes it")
    ],
    store: StoreFolder = STORE,
    documents: Annotated[int, typer.Option("--documents", min=0, help="list so many training documents")] = 0,
    near: Annotated[str, typer.Option("--near", help="the documents most like this text")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="all of it as JSON")] = False,
) -> None:
    """Follow a model or an answer back: release, exam, model, rows, documents, files with their lines."""
    from leafout.chain import trace_lines
    from leafout.chain.lineage import document_folders
    from leafout.chain.lineage import trace as followed
    from leafout.chain.resemblance import Found, first_documents, nearest_documents
    from leafout.core.store import Store

    lineage = followed(Store(store), name)
    wanted = near or " ".join((lineage.answer or {}).get("texts") or [])
    found: list[Found] = []
    if documents and wanted:
        found = nearest_documents(document_folders(lineage), wanted, documents, progress=_tell)
    elif documents or near:
        folders = document_folders(lineage)
        found = nearest_documents(folders, near, 5, progress=_tell) if near else first_documents(folders, documents)
    if as_json:
        print(json.dumps(trace_lines.plain(lineage, found), ensure_ascii=False, indent=1))
        return
    for line in trace_lines.lines(lineage, found):
        print(line)


def _tell(count: int) -> None:
    if count % 50_000 == 0:
        print(f"  {count:,} documents read", file=sys.stderr)
