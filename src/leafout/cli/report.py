"""`leafout report`: one HTML file that shows a chain."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from leafout.cli.options import STORE, StoreFolder


def report(
    chain: Annotated[str, typer.Argument(metavar="CHAIN", help="a chain file that was run, or its name")],
    store: StoreFolder = STORE,
    out: Annotated[Path | None, typer.Option("--out", help="where to write; `STORE/reports/CHAIN.html`")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the same data as JSON, on stdout or in --out")] = False,
) -> None:
    """Write one HTML file: the chain drawn, funnel, curves, exams, parity, settings; it needs nothing else."""
    from leafout.chain.report.gather import gather
    from leafout.chain.report.page import page
    from leafout.core.durable import write_whole
    from leafout.core.store import Store

    data = gather(Store(store), chain)
    if as_json and out is None:
        print(json.dumps(data, ensure_ascii=False, indent=1))
        return
    path = out or store / "reports" / f"{data['name']}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n" if as_json else page(data)
    write_whole(path, text.encode("utf-8", "replace"))
    print(path)
    if not as_json:
        print(f"  {len(text) / 1e3:.0f} KB; open it in any browser", file=sys.stderr)
