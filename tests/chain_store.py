"""A store with a whole chain in it: data stages really run, the rest made by hand in the stages' file formats."""

import atexit
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leafout.chain.record import record_file
from leafout.chain.report.gather import gather
from leafout.chain.runner import run_chain
from leafout.core.artifact import Artifact
from leafout.core.config import Config
from leafout.core.durable import write_json
from leafout.core.stage import StageInfo
from leafout.core.store import Store
from leafout.corpus.documents import read_documents
from leafout.serving.releases import promote, record_verdict

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>&\"' 坏\u202e"
CHAIN = """\
seed: 7
reviews: {stage: collect, files: reviews.csv, max_rejects: 0.2}
clean:   {from: reviews, quality: {min_chars: 4}}
rows:    {stage: split, from: clean, method: stratified, val: 0.2, test: 0.2}
"""
_GOOD = ("很好，非常满意", "物流很快，包装也好", "a wonderful book, well written", "great value and quick delivery")
_BAD = ("太差了，再也不买", "质量不好，用一天就坏", "a dull book, badly written", "broken when it came, slow refund")
_THINGS = ("这本书", "这家酒店", "这个手机", "耳机", "the room", "the phone", "this charger", "那双鞋子")


def write_chain(folder: Path, *, num_rows: int = 160) -> Path:
    """Write `demo.yaml` and the reviews it reads, a hostile one, a short one, a repeat and a bad row among them."""
    rows = ["text,label"]
    for number in range(num_rows):
        word = (_GOOD, _BAD)[number % 2][number // 2 % 4]
        thing = _THINGS[number // 8 % len(_THINGS)]
        rows.append(f'"{thing}{number}{word}，编号 {number * 37} number {number * 91}",{("好", "差")[number % 2]}')
    quoted = HOSTILE.replace('"', '""')
    rows += [f'"{quoted} 很好 very nice indeed",好', "嗯,好", rows[5], "one,two,three"]
    (folder / "reviews.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    chain = folder / "demo.yaml"
    chain.write_text(CHAIN, encoding="utf-8")
    return chain


def grow(folder: Path, *, hostile_label: bool = False) -> Store:
    """A store under `folder/.leafout` with the chain `demo` up to its exams, and the slot `sentiment`."""
    store = Store(folder / ".leafout")
    made = dict(run_chain(write_chain(folder), store=store).artifacts)
    labels = ["差", HOSTILE if hostile_label else "好"]
    made["tokenize"] = put(store, "tokenize", {"tokenizer.json": {}}, {"documents": made["rows"]})
    made["pretrain"] = put(
        store, "pretrain", _trained(), {"tokens": made["tokenize"]}, metrics={"val_loss": 2.5, "steps": 100}
    )
    for init, name in (("pretrained", "finetune"), ("random", "scratch")):
        files = _trained(f"classifier {init}")
        inputs = {"model": made["pretrain"], "rows": made["rows"]}
        made[name] = put(store, "finetune", files, inputs, config={"init": init}, metrics={"val_macro_f1": 0.9})
    made["export"] = put(store, "export", _exported(labels), {"model": made["finetune"], "rows": made["rows"]},
                         metrics={"agreement": 0.995, "megabytes": 4.2})  # fmt: skip
    test = list(read_documents(made["rows"].path / "test"))
    for name, of, wrong in (("exam", "export", 2), ("finetune_exam", "finetune", 2), ("scratch_exam", "scratch", 9)):
        files, metrics = _examined(test, labels, wrong)
        made[name] = put(store, "evaluate", files, {"release": made[of], "rows": made["rows"]}, metrics=metrics)
    _serve(store, made)
    _record(store, made)
    return store


def put(
    store: Store,
    stage: str,
    files: Mapping[str, Any],
    inputs: Mapping[str, Artifact],
    *,
    config: dict[str, Any] | None = None,
    metrics: dict[str, float] | None = None,
    key: str = "",
) -> Artifact:
    """Put an artifact into a store: objects become JSON, lists JSON lines, tables Parquet, words text."""
    info = StageInfo(stage, dict, 1, resumable=False, seeded=True, inputs={}, config=Config)
    digests = {name: one.digest for name, one in inputs.items()}
    words = json.dumps([stage, config, digests, sorted(files), metrics], sort_keys=True)
    key = key or hashlib.sha256(words.encode()).hexdigest()
    with store.making(info, key=key, config=config or {}, inputs=digests, outside={}, seed=7) as making:
        if making.found is not None:
            return making.found
        for name, content in files.items():
            path = making.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, pa.Table):
                pq.write_table(content, path)
            elif isinstance(content, list):
                path.write_text(
                    "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in content), encoding="utf-8"
                )
            else:
                write_json(path, content)
        return making.finish(metrics or {})


def _trained(what: str = "masked") -> dict[str, Any]:
    random = np.random.default_rng(len(what))
    lines = []
    for step in range(1, 101):
        line = {"step": step, "tokens": 512 * step, "loss": 6 * 0.98**step + float(random.normal(0, 0.1)),
                "rate": 1e-3 * min(step / 10, 1), "tokens_per_second": 9000.0 + step}  # fmt: skip
        if step % 20 == 0:
            line |= {"val_loss": 6.2 * 0.98**step, "val_mlm_accuracy": step / 250}
        lines.append(line)
    guesses = [
        {"step": step, "text": "今天天气很好", "before": "今天天", "after": "很好", "was": "气",
         "guesses": ["的", HOSTILE, "气"], "probabilities": [0.5, 0.2, step / 200]}
        for step in (20, 40, 60, 80, 100)
    ]  # fmt: skip
    return {"config.json": {"what": what}, "notes/metrics.jsonl": lines, "notes/samples.jsonl": guesses}


def _exported(labels: list[str]) -> dict[str, Any]:
    scores = {"accuracy": 0.94, "macro_f1": 0.93}
    parity = {"num_rows": 33, "agreement": 0.995, "largest_logit_difference": 0.12, "flip_rate": 0.0, "flip_rows": 33,
              "num_batchings": 100, "model": scores, "release": {"accuracy": 0.93, "macro_f1": 0.92},
              "limits": {"agreement": 0.97, "flip_rate": 0.001, "logit_difference": None}}  # fmt: skip
    side = {"megabytes": 16.8, "texts_per_second": 410.0, "milliseconds_alone": 4.1}
    after = {"megabytes": 4.2, "texts_per_second": 1620.0, "milliseconds_alone": 1.2}
    release = {
        "task": "classify",
        "format": "onnx",
        "precision": "int8",
        "labels": labels,
        "max_tokens": 128,
        "pair": False,
        "thresholds": {labels[0]: 0.7},
        "languages": [],
        "model": "",
        "architecture": "B",
    }
    return {
        "release.json": release,
        "model.onnx": "onnx",
        "tokenizer.json": {},
        "parity.json": parity,
        "notes/speed.json": {"model": side, "release": after, "cores": 2, "chip": "x86_64"},
    }


def _examined(test: list[Any], labels: list[str], wrong: int) -> tuple[dict[str, Any], dict[str, float]]:
    """An exam in which the first `wrong` rows were answered wrongly."""
    true = [row.label for row in test]
    said = [("好", "差")[one == "好"] if place < wrong else one for place, one in enumerate(true)]
    right = 1 - wrong / len(true)
    table = pa.table({"id": [row.id for row in test], "label": true, "predicted": said, "confidence": [0.9] * len(true),
                      "text": [row.text for row in test]})  # fmt: skip
    errors = [{"text": row.text, "label": row.label, "predicted": said[place], "confidence": 0.93,
               "source": row.source, "line": row.line} for place, row in enumerate(test[:wrong])]  # fmt: skip
    each = {"precision": right, "recall": right, "f1": right, "rows": len(true) // 2}
    count = len(true) // 2
    exam = {
        "num_rows": len(true),
        "labels": labels,
        "accuracy": {"value": right, "low": right - 0.05, "high": min(right + 0.05, 1)},
        "macro_f1": {"value": right, "low": right - 0.06, "high": min(right + 0.06, 1)},
        "floor": {"accuracy": 0.8, "macro_f1": 0.79},
        "per_label": [{"label": label, **each} for label in labels],
        "confusion": [[count - wrong, wrong], [1, count - 1]],
        "reliability": [{"low": 0.4, "high": 0.6, "rows": 5, "confidence": 0.55, "accuracy": 0.4},
                        {"low": 0.8, "high": 1.0, "rows": 28, "confidence": 0.93, "accuracy": 0.96}],
    }  # fmt: skip
    metrics = {"accuracy": right, "macro_f1": right, "floor_accuracy": 0.8, "floor_macro_f1": 0.79, "ece": 0.03}
    return {"exam.json": exam, "predictions.parquet": table, "errors.jsonl": errors}, metrics


def _serve(store: Store, made: Mapping[str, Artifact]) -> None:
    gates = {"macro_f1": ">= 0.80"}
    record_verdict(store.root, made["export"].digest, exam_key=made["exam"].key, gates=gates, passed=True)
    promote(store.root, "sentiment", made["export"].path, reason="passed the exam of `exam`")


def _record(store: Store, made: Mapping[str, Artifact]) -> None:
    path = record_file(store.root, "demo")
    values = json.loads(path.read_text(encoding="utf-8"))
    names = {one.digest: name for name, one in made.items()}
    for name, one in made.items():
        values["steps"].setdefault(
            name,
            {
                "stage": one.stage,
                "key": one.key,
                "digest": one.digest,
                "version": one.version,
                "config": one.config,
                "seed": one.seed,
                "inputs": one.inputs,
                "outside": one.outside,
                "sources": {of: [names[digest]] for of, digest in one.inputs.items()},
            },
        )
        values["runs"][-1]["steps"][name] = one.key
    write_json(path, values)


@cache
def shared() -> Store:
    """A grown store that tests read and never change; one a process."""
    folder = Path(tempfile.mkdtemp(prefix="leafout-chain-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return grow(folder, hostile_label=True)


@cache
def _shared_data() -> str:
    return json.dumps(gather(shared(), "demo"))


def data() -> dict[str, Any]:
    """The report's data of the shared store, fresh to change."""
    values: dict[str, Any] = json.loads(_shared_data())
    return values
