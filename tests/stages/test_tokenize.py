import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leafout.core.errors import LeafoutError, Stopped
from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter
from leafout.stages.tokenize import TokenizeConfig, tokenize
from leafout.tokenization.load import load_tokenizer
from leafout.tokenization.shards import read_shards
from tokenization.toy_texts import toy_texts

TRAIN = [Document(text, id=f"t{n}") for n, text in enumerate(toy_texts(300))]
VAL = [Document(text, id=f"v{n}") for n, text in enumerate(toy_texts(20, seed=8))]


class Heard(QuietRun):
    """A run that keeps what it was told, and stops after so many looks."""

    def __init__(self, *, stop_after: int = 10**9, root: Path | None = None) -> None:
        super().__init__(root=root)
        self.said: list[str] = []
        self.done: list[tuple[float, float | None, str]] = []
        self.left = stop_after

    def say(self, message: str) -> None:
        self.said.append(message)

    def progress(self, done: float, total: float | None, *, unit: str = "", note: str = "") -> None:
        self.done.append((done, total, note))

    def should_stop(self) -> bool:
        self.left -= 1
        return self.left < 0


def write(folder: Path, train: list[Document] = TRAIN, val: list[Document] | None = VAL) -> Path:
    for side, documents in (("train", train), ("val", val), ("test", [Document("试卷上的字 exam", id="x")])):
        if documents is not None:
            with DocumentWriter(folder / side) as writer:
                for document in documents:
                    writer.write(document)
    return folder


def made(tmp_path: Path, split: Path, name: str = "out", run: QuietRun | None = None, **config: Any) -> Any:
    out = tmp_path / name
    (out / "notes").mkdir(parents=True)
    values = {"vocab_size": 400, **config}
    return out, tokenize(split, out=out, config=TokenizeConfig.read(values), run=run or QuietRun())


def payload(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.relative_to(out).parts[0] != "notes"
    }


@pytest.mark.parametrize("kind", ["wordpiece", "bpe", "unigram"])
def test_equal_input_gives_equal_bytes(tmp_path: Path, kind: str) -> None:
    split = write(tmp_path / "split")
    first, metrics = made(tmp_path, split, "a", kind=kind)
    second, again = made(tmp_path, split, "b", kind=kind)
    assert payload(first) == payload(second)
    assert metrics == again
    assert sorted(payload(first)) == [
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        *(f"{side}/{name}.npy" for side in ("train", "val") for name in ("documents", "ids", "sentences")),
    ]


@pytest.mark.parametrize("kind", ["wordpiece", "bpe", "unigram"])
def test_what_is_returned_is_what_was_packed(tmp_path: Path, kind: str) -> None:
    out, metrics = made(tmp_path, write(tmp_path / "split"), kind=kind)
    train, val = read_shards(out / "train"), read_shards(out / "val")
    assert metrics["train_tokens"] == len(train.ids)
    assert metrics["val_tokens"] == len(val.ids)
    assert metrics["documents"] == train.num_documents + val.num_documents == 320
    assert metrics["vocab_size"] == load_tokenizer(out).get_vocab_size() <= 400
    assert metrics["unknown_fraction"] == 0
    assert metrics["bytes_per_token"] > 1
    assert {"fertility_zh", "fertility_en"} <= set(metrics)
    notes = json.loads((out / "notes" / "vocabulary.json").read_text())
    assert notes["sides"]["train"]["tokens"] == len(train.ids)
    assert max(int(train.ids.max()), int(val.ids.max())) < metrics["vocab_size"]


def test_documents_without_tokens_are_in_the_ledger(tmp_path: Path) -> None:
    split = write(tmp_path / "split", [*TRAIN, Document(" ", id="e")], [*VAL, Document("\n", id="f")])
    out, metrics = made(tmp_path, split)
    assert metrics["emptied_documents"] == 2
    funnel = json.loads((out / "notes" / "funnel.json").read_text())
    assert (funnel["read"], funnel["kept"], funnel["dropped"]) == (322, 320, {"no_tokens": 2})


def test_the_vocabulary_knows_nothing_of_val_and_test(tmp_path: Path) -> None:
    out, _ = made(tmp_path, write(tmp_path / "split", val=[Document("饕餮 zzzz", id="v")]))
    vocabulary = load_tokenizer(out).get_vocab()
    assert not {"饕", "餮", "试", "卷"} & set(vocabulary)
    assert not (out / "test").exists()


def test_a_split_without_val_is_packed_as_it_is(tmp_path: Path) -> None:
    out, metrics = made(tmp_path, write(tmp_path / "split", val=None))
    assert metrics["val_tokens"] == 0
    assert not (out / "val").exists()


def test_an_empty_val_is_no_error(tmp_path: Path) -> None:
    out, metrics = made(tmp_path, write(tmp_path / "split", val=[]))
    assert metrics["val_tokens"] == 0
    assert read_shards(out / "val").num_documents == 0


def test_a_tokenizer_is_taken_over_as_it_is(tmp_path: Path) -> None:
    split = write(tmp_path / "split")
    first, metrics = made(tmp_path, split, "first")
    second, again = made(tmp_path, split, "second", QuietRun(root=tmp_path), tokenizer="first", vocab_size=32)
    assert payload(first) == payload(second)
    assert metrics == again


def test_a_tokenizer_that_is_taken_over_is_an_outside_file(tmp_path: Path) -> None:
    made(tmp_path, write(tmp_path / "split"), "first")
    found = TokenizeConfig(tokenizer="first").outside(tmp_path)
    assert found["tokenizer/tokenizer.json"] == tmp_path / "first" / "tokenizer.json"
    assert len(found) == 3
    assert TokenizeConfig().outside(tmp_path) == {}


def test_second_texts_count_unless_they_are_left_out(tmp_path: Path) -> None:
    pairs = [Document(row.text, id=row.id, text_b="今天天气很好 the weather") for row in TRAIN]
    split = write(tmp_path / "split", pairs)
    _, both = made(tmp_path, split, "both")
    _, first = made(tmp_path, split, "first", text_b=False)
    assert both["train_tokens"] > first["train_tokens"]


@pytest.mark.parametrize(("kind", "lowercase", "equal"), [("wordpiece", None, True), ("bpe", None, False)])
def test_case_is_folded_for_wordpiece_only_unless_said(
    tmp_path: Path, kind: str, lowercase: bool | None, equal: bool
) -> None:
    split = write(tmp_path / "split")
    tokenizer = load_tokenizer(made(tmp_path, split, "a", kind=kind, lowercase=lowercase)[0])
    assert (tokenizer.encode("The Weather").ids == tokenizer.encode("the weather").ids) is equal
    other = load_tokenizer(made(tmp_path, split, "b", kind=kind, lowercase=not equal)[0])
    assert (other.encode("The Weather").ids == other.encode("the weather").ids) is not equal


def test_progress_is_told_and_stopping_is_obeyed_at_every_look(tmp_path: Path) -> None:
    split = write(tmp_path / "split")
    run = Heard()
    made(tmp_path, split, "whole", run)
    looks = 10**9 - run.left
    done, total, note = run.done[-1]
    assert done == total
    assert note == "val"
    assert "vocabulary" in {note for _, _, note in run.done}
    for stop_after in range(looks):
        with pytest.raises(Stopped):
            made(tmp_path, split, f"stopped{stop_after}", Heard(stop_after=stop_after))


def test_a_text_with_few_pairs_says_so(tmp_path: Path) -> None:
    run = Heard()
    _, metrics = made(tmp_path, write(tmp_path / "split", [Document("好书 good")] * 9), run=run)
    assert metrics["vocab_size"] < 400
    assert "entries only" in run.said[0]


def test_many_unknown_tokens_are_said(tmp_path: Path) -> None:
    run = Heard()
    rare = [Document("好" * 60 + chr(0x4E00 + n)) for n in range(300)]
    made(tmp_path, write(tmp_path / "split", rare), run=run, coverage=0.97)
    assert any("unknown" in message for message in run.said)


@pytest.mark.parametrize(
    ("train", "config", "message"),
    [
        ([], {}, "no text to train"),
        ([Document(" \n")], {}, "no text to train"),
        ([Document(" \n")], {"kind": "bpe"}, "no document of `train` has a token"),
        (TRAIN, {"kind": "bpe", "vocab_size": 256}, "`vocab_size` is 256"),
        (TRAIN, {"vocab_size": 40}, "`vocab_size` is 40"),
        (TRAIN, {"tokenizer": "gone"}, "there is no `tokenizer.json`"),
        (TRAIN, {"tokenizer": "damaged"}, "is no tokenizer"),
    ],
)
def test_what_cannot_be_tokenized_is_said(
    tmp_path: Path, train: list[Document], config: dict[str, Any], message: str
) -> None:
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "tokenizer.json").write_text('{"model": ')
    with pytest.raises(LeafoutError, match=message):
        made(tmp_path, write(tmp_path / "split", train), run=QuietRun(root=tmp_path), **config)


def test_documents_that_were_not_split_say_what_to_do(tmp_path: Path) -> None:
    with DocumentWriter(tmp_path / "in") as writer:
        writer.write(Document("好"))
    with pytest.raises(LeafoutError, match="the folder has no `train`") as caught:
        made(tmp_path, tmp_path / "in")
    assert "split" in caught.value.hint


@pytest.mark.parametrize("config", [{"kind": "unigramm"}, {"vocab_size": 3}, {"coverage": 0.5}, {"vocab_sise": 800}])
def test_a_wrong_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(LeafoutError):
        TokenizeConfig.read(config)


def test_an_even_part_is_enough_to_train_on(tmp_path: Path) -> None:
    split = write(tmp_path / "split")
    _, part = made(tmp_path, split, "part", training_bytes=4000)
    _, whole = made(tmp_path, split, "whole")
    assert part["documents"] == whole["documents"]
    assert part["vocab_size"] < whole["vocab_size"]
    assert np.isclose(part["fertility_zh"], whole["fertility_zh"], rtol=0.2)


MIXED = [
    Document(text, id=f"{n:016x}", source="wiki/a.xml" if n % 3 else "weibo/b.csv")
    for n, text in enumerate(toy_texts(900))
]
MIX: dict[str, Any] = {"kind": "bpe", "max_document_tokens": 20, "source_weights": {"wiki/*": 2.5, "weibo/*": 0.5}}


def in_shards(folder: Path, shard_bytes: int) -> Path:
    """The same documents in many files or one."""
    for side, documents in (("train", MIXED), ("val", VAL)):
        for number, start in enumerate(range(0, len(documents), shard_bytes)):
            with DocumentWriter(folder / side) as writer:
                for document in documents[start : start + shard_bytes]:
                    writer.write(document)
            (folder / side / "part-00000.parquet").rename(folder / side / f"part-1{number:04d}.parquet")
    return folder


def test_patterns_of_the_mixture_that_name_no_source_are_told_with_those_there_are(tmp_path: Path) -> None:
    run, split = Heard(), in_shards(tmp_path / "split", 1000)
    made(tmp_path, split, "a", run, kind="bpe", source_weights={"wiki/*": 2, "weibo/*": 0.5})
    assert not [line for line in run.said if "source_weights" in line]
    made(tmp_path, split, "b", run, kind="bpe", source_weights={"wiki/*": 2, "wikki/*": 3, "*/b.tsv": 1})
    (line,) = [line for line in run.said if "source_weights" in line]
    assert "`wikki/*`, `*/b.tsv`" in line
    assert "there are `weibo/b.csv`, `wiki/a.xml`" in line


def test_the_mixture_and_cutting_are_in_metrics_and_ledger(tmp_path: Path) -> None:
    out, metrics = made(tmp_path, in_shards(tmp_path / "split", 1000), **MIX)
    funnel = json.loads((out / "notes" / "funnel.json").read_text())
    assert (funnel["read"], funnel["kept"]) == (920, 920 - funnel["dropped"]["weight"])
    assert 100 < funnel["dropped"]["weight"] < 200  # half of 300
    assert funnel["edited"]["packed_again"] == metrics["copies"]
    assert 600 + 220 < metrics["copies"] < 600 + 380
    assert metrics["cut_documents"] == funnel["edited"]["cut_documents"] > 0
    shards = read_shards(out / "train")
    assert np.diff(shards.sentences[shards.documents]).max() <= 20
    told = json.loads((out / "notes" / "vocabulary.json").read_text())
    assert told["sides"]["train"]["tokens"] == len(shards.ids) == metrics["train_tokens"]
    assert len(told["entries"]["sentences"]["zh"]) == 5


@pytest.mark.slow
def test_workers_and_shards_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, metrics = made(tmp_path, in_shards(tmp_path / "one", 1000), "a", **MIX)
    monkeypatch.setattr("leafout.corpus.parts.PART_BYTES", 9000)
    run = QuietRun(workers=3)
    second, again = made(tmp_path, in_shards(tmp_path / "many", 70), "b", run, **MIX)
    assert payload(first) == payload(second)
    assert metrics == again


@pytest.mark.slow
def test_a_stopped_stage_goes_on_and_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split = in_shards(tmp_path / "split", 100)
    first, metrics = made(tmp_path, split, "a", **MIX)
    monkeypatch.setattr("leafout.corpus.parts.PART_BYTES", 9000)
    out = tmp_path / "b"
    (out / "notes").mkdir(parents=True)
    config, stops = TokenizeConfig.read({"vocab_size": 400, **MIX}), 0
    while True:
        try:
            again = tokenize(split, out=out, config=config, run=Heard(stop_after=3 + stops))
            break
        except Stopped:
            stops += 1
    assert 3 < stops < 40
    assert payload(first) == payload(out)
    assert metrics == again


def test_a_fast_encoder_that_errs_is_not_used_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split = write(tmp_path / "split")
    first, _ = made(tmp_path, split, "a")
    monkeypatch.setattr("leafout.tokenization.fast.encoder.Encoder.check", lambda *_: "今天")
    run = Heard()
    second, _ = made(tmp_path, split, "b", run)
    assert payload(first) == payload(second)
    assert any("other ids" in message for message in run.said)
