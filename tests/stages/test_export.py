import json
from pathlib import Path

import pytest

import tiny_models
import tiny_rows
from leafout.core.digest import payload_files, sha256_file
from leafout.core.errors import LeafoutError
from leafout.core.run import QuietRun
from leafout.corpus.documents import read_table
from leafout.inference.load import load_classifier
from leafout.inference.release import read_release
from leafout.maintenance.reference import read_reference
from leafout.stages.export import ExportConfig, export

FEW = {"num_batchings": 3, "flip_rows": 20}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return tiny_rows.write_rows(tmp_path / "rows")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    tiny_models.write_bert(tmp_path / "model", width=32, labels=("好", "差"))
    return tmp_path / "model"


def config(**values: object) -> ExportConfig:
    loose = {"agreement": 0.8, "score_drop": 0.2}
    return ExportConfig.read({"parity": {**FEW, **loose}, **values})


@pytest.mark.parametrize(
    ("form", "precision"), [("onnx", "fp32"), ("onnx", "int8"), ("huggingface", "fp32"), ("huggingface", "bf16")]
)
def test_a_release_answers_and_carries_its_certificate(
    tmp_path: Path, model: Path, rows: Path, form: str, precision: str
) -> None:
    out = tmp_path / "out"
    metrics = export(model, rows, out=out, config=config(format=form, precision=precision), run=QuietRun(seed=3))
    release = read_release(out)
    assert (release.format, release.precision, release.languages) == (form, precision, ("en", "zh"))
    found = json.loads((out / "parity.json").read_text(encoding="utf-8"))
    assert found["num_rows"] == 60
    assert found["flip_rate"] == 0 == metrics["flip_rate"]
    assert found["agreement"] == metrics["agreement"] >= 0.8
    if precision == "fp32":
        assert found["largest_logit_difference"] < 1e-4
    assert set(found["release"]) >= {"accuracy", "macro_f1"}
    assert load_classifier(out, threads=1).classify(["这本书很好"])[0].label in {"好", "差"}
    speed = json.loads((out / "notes" / "speed.json").read_text(encoding="utf-8"))
    assert speed["release"]["texts_per_second"] > 0


def test_equal_work_gives_equal_bytes(tmp_path: Path, model: Path, rows: Path) -> None:
    digests = []
    for name in ("one", "two"):
        export(model, rows, out=tmp_path / name, config=config(abstain_precision=0.8), run=QuietRun(seed=3))
        files = payload_files(tmp_path / name)
        digests.append({path.as_posix(): sha256_file(tmp_path / name / path) for path in files})
    assert digests[0] == digests[1]
    assert {"release.json", "parity.json", "model.onnx", "tokenizer.json", "README.md"} <= set(digests[0])


def test_the_reference_for_drift_holds_the_answers_of_the_release(tmp_path: Path, model: Path, rows: Path) -> None:
    out = tmp_path / "out"
    export(model, rows, out=out, config=config(precision="int8", reference_rows=30), run=QuietRun(seed=3))
    reference = read_reference(out, ("好", "差"))
    assert reference is not None
    assert 10 < len(reference) <= 30
    texts: list[str] = read_table(rows / "val", columns=["text"])["text"].to_pylist()
    known = {(answer.label, round(answer.confidence, 5)) for answer in load_classifier(out, threads=1).classify(texts)}
    pairs = zip(reference.labels_N.tolist(), reference.confidence_N.tolist(), strict=True)
    assert {(("好", "差")[label], round(sure, 5)) for label, sure in pairs} <= known


def test_without_rows_the_built_in_sentences_are_compared(tmp_path: Path, model: Path) -> None:
    export(model, None, out=tmp_path / "out", config=config(precision="fp32"))
    found = json.loads((tmp_path / "out" / "parity.json").read_text(encoding="utf-8"))
    assert found["num_rows"] > 10
    assert found["release"] == {}


def test_a_release_that_disagrees_too_often_is_refused_with_both_numbers(
    tmp_path: Path, model: Path, rows: Path
) -> None:
    strict = config(precision="int8", parity={**FEW, "logit_difference": 1e-9})
    with pytest.raises(LeafoutError, match=r"differs by 0\.\d+ .* at most 1e-09"):
        export(model, rows, out=tmp_path / "out", config=strict)


@pytest.mark.parametrize(
    ("form", "precision", "said"),
    [("onnx", "bf16", "no `bf16`"), ("huggingface", "int8", "no `int8`")],
)
def test_a_precision_that_a_format_does_not_have_is_refused(
    tmp_path: Path, model: Path, form: str, precision: str, said: str
) -> None:
    with pytest.raises(LeafoutError, match=said):
        export(model, None, out=tmp_path / "out", config=config(format=form, precision=precision))


def test_the_card_is_plain_in_both_languages(tmp_path: Path, model: Path, rows: Path) -> None:
    named = config(name="Reviews *and* rooms", purpose="Sorting reviews for a person to read.")
    export(model, rows, out=tmp_path / "out", config=named)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# Reviews *and* rooms\n")
    assert "Sorting reviews for a person to read." in card
    assert "n = 60" in card
    assert "## 中文说明" in card
    assert "好 (30), 差 (30)" in card


def test_a_foreign_folder_exports_with_the_labels_of_its_config(tmp_path: Path, model: Path) -> None:
    (model / "task.json").unlink()
    values = json.loads((model / "config.json").read_text(encoding="utf-8"))
    values["id2label"] = {"0": "积极", "1": "消极"}
    (model / "config.json").write_text(json.dumps(values), encoding="utf-8")
    export(model, None, out=tmp_path / "out", config=config())
    assert read_release(tmp_path / "out").labels == ("积极", "消极")


def test_rows_without_a_label_of_the_model_are_refused(tmp_path: Path, model: Path, rows: Path) -> None:
    tiny_models.write_bert(tmp_path / "other", labels=("a", "b"))
    with pytest.raises(LeafoutError, match="none of the 60 rows"):
        export(tmp_path / "other", rows, out=tmp_path / "out", config=config())


def test_a_folder_that_is_no_split_is_refused(tmp_path: Path, model: Path, rows: Path) -> None:
    with pytest.raises(LeafoutError, match="no `val`"):
        export(model, rows / "val", out=tmp_path / "out", config=config())


def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path, model: Path) -> None:
    values = json.loads((model / "config.json").read_text(encoding="utf-8"))
    values["auto_map"] = {"AutoModel": "evil.Model"}
    (model / "config.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(LeafoutError, match="code of its own"):
        export(model, None, out=tmp_path / "out", config=config(format="huggingface"))
