import json
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, read_documents
from leafout.corpus.readers.formats import READERS
from leafout.stages.collect import FORMATS, CollectConfig, collect
from payloads import payload_digest
from runs import Listening, Stopping


def run(tmp_path: Path, **config: object) -> tuple[dict[str, float], list[Document], Listening]:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    listening = Listening(root=tmp_path)
    metrics = collect(out=out, config=CollectConfig.read(config), run=listening)
    return metrics, list(read_documents(out)), listening


def test_every_row_is_in_the_output_or_in_the_rejects(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "好", "label": 1}\n{"text": NaN}\n{"text": "leaf"}\n', encoding="utf-8")
    metrics, rows, _ = run(tmp_path, files="a.jsonl", max_rejects=0.5)
    assert metrics == {"documents": 2, "labelled": 1, "rejected": 1, "characters": 5}
    assert [(row.text, row.source, row.line) for row in rows] == [("好", "a.jsonl", 1), ("leaf", "a.jsonl", 3)]
    reject = json.loads((tmp_path / "out/notes/rejects.jsonl").read_text(encoding="utf-8"))
    assert (reject["file"], reject["line"]) == ("a.jsonl", 2)


def test_too_many_rejects_stop_the_stage_with_the_first_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "好"}\nnot json\n', encoding="utf-8")
    with pytest.raises(LeafoutError, match=r"1 of 2 rows cannot be read, the limit is 1\.00%") as caught:
        run(tmp_path, files="a.jsonl")
    assert "a.jsonl:2" in caught.value.where


def test_labels_come_from_files_and_get_new_names(tmp_path: Path) -> None:
    (tmp_path / "neg.txt").write_text("很差\n" * 3, encoding="utf-8")
    (tmp_path / "pos.txt").write_text("很好\n" * 3, encoding="utf-8")
    _, rows, _ = run(tmp_path, files="*.txt", format="lines", label_from="file", labels={"neg": "negative"})
    assert [row.label for row in rows] == ["negative"] * 3 + ["pos"] * 3
    assert len({row.id for row in rows}) == 6


def test_labels_come_from_patterns_on_the_group(tmp_path: Path) -> None:
    for name in ("http_client.py", "tarfile.py", "other.py"):
        (tmp_path / name).write_text('"""Some words."""', encoding="utf-8")
    patterns = {"group": {"net": ["http*"], "files": ["tarfile"]}}
    _, rows, _ = run(tmp_path, files="*.py", label_by=patterns, unlabelled="drop")
    assert sorted(str(row.label) for row in rows) == ["files", "net"]
    assert json.loads((tmp_path / "out/notes/funnel.json").read_text())["dropped"] == {"unlabelled": 1}


def test_three_rows_are_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一\n二\n三\n四\n五\n", encoding="utf-8")
    _, _, listening = run(tmp_path, files="a.txt")
    assert [line for line in listening.said if "'三'" in line]
    assert len(listening.said) == 4


def test_equal_input_gives_equal_bytes_and_a_sample_is_stable(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(f"第{n}行" for n in range(1000)), encoding="utf-8")
    _, some, _ = run(tmp_path, files="a.txt", format="lines", sample=0.1)
    first = (tmp_path / "out/part-00000.parquet").read_bytes()
    run(tmp_path, files="a.txt", format="lines", sample=0.1)
    assert (tmp_path / "out/part-00000.parquet").read_bytes() == first
    assert 50 < len(some) < 200


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"files": "none.txt"}, "no file matches"),
        ({"files": "empty.txt"}, "nothing was read"),
        ({"files": "a.docx"}, "unknown kind of file"),
        ({"files": "x.csv"}, "no column looks like text"),
        ({"files": "x.csv", "columns": {"text": "z"}, "header": True}, "no column `z`"),
        ({"files": "broken.parquet"}, "not Parquet"),
        ({"files": "broken.txt.gz"}, "cannot read the file"),
    ],
)
def test_bad_input_is_said_with_its_place(tmp_path: Path, config: dict[str, object], message: str) -> None:
    for name in ("empty.txt", "a.docx", "broken.parquet", "broken.txt.gz"):
        (tmp_path / name).write_text("" if name == "empty.txt" else "x")
    (tmp_path / "x.csv").write_text("id,y\n1,2\n")
    with pytest.raises(LeafoutError, match=message) as caught:
        run(tmp_path, **config)
    assert caught.value.where


@settings(max_examples=30, deadline=None)
@given(lines=st.lists(st.binary(max_size=30), min_size=1, max_size=30))
def test_the_ledger_adds_up_whatever_comes(lines: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.jsonl").write_bytes(b'{"text": "x"}\n' + b"\n".join(lines))
    metrics, rows, _ = run(folder, files="a.jsonl", max_rejects=1.0)
    funnel = json.loads((folder / "out/notes/funnel.json").read_text())
    assert funnel["read"] == funnel["kept"] + sum(funnel["rejected"].values())
    assert len(rows) == funnel["kept"] == metrics["documents"]


def test_the_result_is_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        rows = [json.dumps({"text": f"{name} 第{n % 40}行 of {n % 7}"}, ensure_ascii=False) for n in range(300)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    config = CollectConfig.read({"files": ["*.jsonl"], "source_caps": {"b.jsonl": 50}})
    digests = []
    with mock.patch("leafout.corpus.intake.sharing.SHARE_BYTES", 4000):
        for workers in (1, 2):
            out = tmp_path / str(workers)
            metrics = collect(out=out, config=config, run=QuietRun(root=tmp_path, workers=workers))
            digests.append(payload_digest(out))
            assert metrics["documents"] == 650
            assert not (out / "scratch").exists()
    assert digests[0] == digests[1]


def test_a_stopped_reading_goes_on_with_the_parts_that_are_missing(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"text": "{name} 春眠不觉晓"}}\n' * 3, encoding="utf-8")
    config = CollectConfig.read({"files": ["*.jsonl"]})
    collect(out=tmp_path / "whole", config=config, run=QuietRun(root=tmp_path))

    with mock.patch("leafout.corpus.intake.sharing.SHARE_BYTES", 40):
        with pytest.raises(Stopped):
            collect(out=tmp_path / "out", config=config, run=Stopping(2, root=tmp_path))
        made = sorted(path.name for path in (tmp_path / "out" / "scratch" / "read").iterdir())
        assert made == ["00000", "00001"]
        collect(out=tmp_path / "out", config=config, run=QuietRun(root=tmp_path))
    assert payload_digest(tmp_path / "out") == payload_digest(tmp_path / "whole")


def test_every_format_the_config_names_has_a_reader() -> None:
    assert set(FORMATS) == {"auto", *READERS}
