"""The records of an exam: every answer in a table, the worst ones line by line, the parity certificate.

Legend: N rows, D documents.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafout.core.plain_json import read_object

if TYPE_CHECKING:
    import pyarrow as pa

    from leafout.evaluation.exam import Answers
    from leafout.evaluation.exam_causal import Costs
    from leafout.evaluation.locked import ExamRows

_CARRIED = ("agreement", "flip_rate", "largest_logit_difference", "num_rows", "num_batchings")


def parity_of(release: Path) -> dict[str, Any]:
    """`parity` for the exam: the figures of the release's certificate; nothing for a model folder, which has none."""
    if not (release / "parity.json").is_file():
        return {}
    found = read_object(release / "parity.json")
    return {"parity": {name: found[name] for name in _CARRIED if isinstance(found.get(name), int | float)}}


def write_predictions(out: Path, rows: "ExamRows", answers: "Answers", labels: Sequence[str]) -> None:
    """Write `predictions.parquet`: a line for each row that was asked."""
    import pyarrow as pa

    columns: dict[str, Any] = {
        "id": rows.ids,
        "source": rows.sources,
        "line": pa.array(rows.lines, pa.int64()),
        "language": rows.languages,
        "text": rows.texts,
        "label": [labels[place] for place in rows.labels_N],
        "predicted": [labels[place] for place in answers.predicted_N],
        "confidence": [round(float(sure), 6) for sure in answers.confidence_N],
        "abstained": answers.abstains_N.tolist(),
    }
    if rows.pairs is not None:
        columns["text_b"] = rows.pairs
    if answers.floor_N is not None:
        columns["floor"] = [labels[place] for place in answers.floor_N]
    _write(out, pa.table(columns))


def write_costs(out: Path, costs: "Costs") -> None:
    """Write `predictions.parquet` of a model that generates: what each document costs."""
    import pyarrow as pa

    documents = costs.documents
    columns = {
        "id": documents.ids,
        "source": documents.sources,
        "line": pa.array(documents.lines, pa.int64()),
        "nats": [round(float(nats), 6) for nats in costs.nats_D],
        "tokens": costs.tokens_D.tolist(),
        "bytes": documents.bytes_D.tolist(),
    }
    _write(out, pa.table(columns))


def write_errors(out: Path, errors: Sequence[dict[str, Any]]) -> None:
    """Write `errors.jsonl`, the worst first."""
    lines = [json.dumps(error, ensure_ascii=False, sort_keys=True) + "\n" for error in errors]
    (out / "errors.jsonl").write_text("".join(lines), encoding="utf-8")


def _write(out: Path, table: "pa.Table") -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, out / "predictions.parquet", compression="zstd")
