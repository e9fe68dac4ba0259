"""`leafout card`: the data card of documents, as HTML or JSON."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder

_UNFIT = re.compile(r"[^\w.-]+")
"""What has no place in the name of a file."""


def card(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="documents: an artifact, a folder, `chain.yaml:step`, or a chain's step"),
    ],
    store: StoreFolder = STORE,
    out: Annotated[
        Path | None, typer.Option("--out", help="card.html or card.json; without it `STORE/reports/NAME-card.html`")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the same data as JSON, on stdout or in --out")] = False,
) -> None:
    """Write a data card: sources, languages, licences, hosts, funnel with samples of each reason, copies, samples."""
    from leafout.chain.card.gather import gather
    from leafout.chain.card.page import page
    from leafout.core.durable import json_bytes, write_whole
    from leafout.core.store import Store

    data = gather(Store(store), name)
    if as_json and out is None:
        print(json_bytes(data).decode(), end="")
        return
    path = out or store / "reports" / f"{_UNFIT.sub('-', data['name'])}-card.html"
    as_json = as_json or path.suffix.lower() == ".json"
    whole = json_bytes(data) if as_json else page(data).encode("utf-8", "replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, whole)
    print(path)
    if not as_json:
        print(f"  {len(whole) / 1e3:.0f} KB; open it in any browser", file=sys.stderr)
