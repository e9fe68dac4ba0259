"""Mistakes of every kind in chain files and on the command line: told with what, where and a hint; exit 2."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leafout.chain.runner import run_chain
from leafout.cli.main import main
from small_stages import CHAIN, write_chain

READ = 'a: {stage: "small_stages:read"}\n'
BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

FILES: dict[str, tuple[bytes | str, str]] = {
    "unknown key": (READ.replace("}", ", file: x}"), "unknown key `file`"),
    "unknown nested key": (CHAIN.replace("most: 50", "mots: 50"), "unknown key `mots`"),
    "unknown stage": ("a: {stage: claen}", "unknown stage `claen`"),
    "stage that cannot be imported": ('a: {stage: "no.such:thing"}', "cannot load stage"),
    "stage that is a path": ("a: {stage: ../x}", "unknown stage"),
    "wrong type": (CHAIN.replace("most: 50", "most: many"), "`most` is 'many'"),
    "NaN": (CHAIN.replace("most: 50", "most: .nan"), "`most` is nan"),
    "infinity": (CHAIN.replace("most: 50", "most: .inf"), "`most` is inf"),
    "negative": (CHAIN.replace("most: 50", "most: -3"), "`most` is -3"),
    "zero": (CHAIN.replace("steps: 4", "steps: 0"), "`steps` is 0"),
    "huge": (CHAIN.replace('accuracy: ">= 0.8"', 'accuracy: ">= 1e999"'), "not a finite limit"),
    "huge seed": ("seed: 99999999999999999999\n" + READ, "`seed` is 99999999999999999999"),
    "seed that is no number": ("seed: [1]\n" + READ, "`seed` is [1]"),
    "digits without end": (CHAIN.replace("most: 50", "most: " + "9" * 5000), "`most` is '999"),
    "alias bomb": (BOMB, "aliases"),
    "tag": ('a: !!python/object/apply:os.system ["true"]', "tags are refused"),
    "not UTF-8": ("名: {stage: collect}".encode("gb18030"), "not UTF-8"),
    "UTF-16": ("a: {}".encode("utf-16"), "not UTF-8"),
    "10 MB": (b"a: " + b"x" * 10_000_000, "the limit is"),
    "binary": (b"\x7fELF\x00\x00", "not YAML"),
    "empty": ("", "the file is empty"),
    "only a comment": ("# 没有\n", "the file is empty"),
    "only a seed": ("seed: 3", "no steps"),
    "a list": ("- a\n- b", "not a mapping"),
    "a word": ("hello", "not a mapping"),
    "not closed": ("a: {stage: collect", "not YAML"),
    "tabs": ("a:\n\tstage: collect", "not YAML"),
    "doubled key": (READ + READ, "`a` stands twice"),
    "two documents": (READ + "---\n" + READ, "a second document"),
    "nested without end": ("a: " + "[" * 500 + "]" * 500, "nested deeper"),
    "step that is no table": ("a: 3", "`a` is no table"),
    "step that is empty": ("collect:", "`collect` is no table"),
    "reserved word": ("gates: {stage: collect}", "cannot name a step"),
    "newline in a name": ('"a\\nb": {stage: collect}', "cannot name a step"),
    "slash in a name": ("a/b: {stage: collect}", "cannot name a step"),
    "name without end": ("a" * 65 + ": {stage: collect}", "cannot name a step"),
    "cycle": (CHAIN.replace("from: [words, more]", "from: [words, draw]"), "in a circle"),
    "itself": ('a: {stage: "small_stages:draw", from: a}', "takes itself"),
    "missing step": ('a: {stage: "small_stages:draw", from: b}', "no step `b`"),
    "missing folder": ('a: {stage: "small_stages:draw", from: b/c}', "there is no folder `b/c`"),
    "missing input": ('a: {stage: "small_stages:draw"}', "input `source` is missing"),
    "too many inputs": (READ + 'b: {stage: "small_stages:draw", from: [a, a]}', "takes 1 inputs, 2 were given"),
    "wrong input name": (READ + 'b: {stage: "small_stages:draw", from: {sorce: a}}', "no input `sorce`"),
    "input that is a number": ('a: {stage: "small_stages:draw", from: 7}', "not a step"),
    "wrong kind of step": ("c: {stage: collect, files: x}\nt: {stage: tokenize, from: c}", "cannot be the `documents`"),
    "slot of nobody": ('a: {stage: "small_stages:draw", from: "slot:x"}', "nothing serves the slot `x`"),
    "slot that is no name": ('a: {stage: "small_stages:draw", from: "slot:a/b"}', "cannot name a slot"),
    "gates elsewhere": (READ.replace("}", ", gates: {x: '> 1'}}"), "`gates` belong to"),
    "gates that are no table": (CHAIN.replace('{accuracy: ">= 0.8"}', "high"), "`gates` is 'high'"),
    "gate without operator": (CHAIN.replace('">= 0.8"', '"0.8"'), "not a limit"),
    "gate on nothing": (CHAIN.replace("{accuracy:", "{acuracy:"), "`acuracy`, which the exam does not have"),
    "slot in a strange place": (CHAIN.replace("promote: leaf", "promote: ../x"), "cannot name a slot"),
    "no file matches": ("c: {stage: collect, files: none-*.csv}", "none-*.csv"),
}

WORDS: dict[str, tuple[list[str], str]] = {
    "unknown verb": (["rum"], "unknown verb `rum`"),
    "verb with control characters": (["r\x1b[31mun"], "unknown verb `r\\x1b[31mun`"),
    "verb without end": (["x" * 9999], "unknown verb"),
    "unknown flag": (["run", "chain.yaml", "--stor", "x"], "no flag `--stor`"),
    "flag without value": (["run", "chain.yaml", "--store"], "requires an argument"),
    "no chain": (["plan"], "missing argument `CHAIN`"),
    "no such chain": (["run", "chian.yaml"], "cannot read the file"),
    "a folder for a chain": (["run", "."], "cannot read the file"),
    "no such step": (["run", "chain.yaml", "jion"], "no step `jion`"),
    "a file for a store": (["run", "chain.yaml", "--store", "词.txt"], "the store is a folder, this is a file"),
    "a store below a file": (["plan", "chain.yaml", "--store", "词.txt/a/b"], "the store is a folder, this is a file"),
    "no device": (["run", "chain.yaml", "--device", "gpu"], "`gpu` is no device"),
    "set without value": (["run", "chain.yaml", "--set", "join.mark"], "an override is"),
    "set of no step": (["run", "chain.yaml", "--set", "jion.mark=x"], "no step `jion`"),
    "set of no key": (["run", "chain.yaml", "--set", "join.rules.mots=3"], "unknown key `mots`"),
    "set of a wrong type": (["run", "chain.yaml", "--set", "join.rules.most=x"], "`most` is 'x'"),
    "set of no YAML": (["run", "chain.yaml", "--set", "join.mark=["], "not YAML"),
    "set through a word": (["run", "chain.yaml", "--set", "join.stage.x=1"], "`join.stage` is no table"),
    "a stage's unknown flag": (["clean", "x", "--quality.min-char", "3"], "no flag `--quality.min-char`"),
    "a stage's wrong value": (["collect", "词.txt", "--sample", "2"], "`sample` is 2"),
    "a stage's NaN": (["collect", "词.txt", "--sample", "nan"], "`sample` is 'nan'"),
    "a stage without input": (["clean"], "input `documents` is missing"),
    "a stage's unknown input": (["clean", "nothing-here"], "nothing is called `nothing-here`"),
    "a stage of a wrong kind": (["tokenize", "joined"], "was made by"),
    "collect without files": (["collect"], "`files` is required"),
    "a release that is none": (["promote", "leaf", "store", "--store", "store"], "no file `config.json`"),
    "a slot that is none": (["rollback", "none", "--store", "store"], "no former release"),
    "monitor of nothing": (["monitor", "none", "--store", "store"], "nothing serves the slot `none`"),
    "monitor of a path": (["monitor", "../x", "--store", "store"], "cannot name a slot"),
    "serve nothing": (["serve", "--store", "none"], "nothing to serve"),
    "serve to all without a token": (["serve", "--store", "store", "--host", "0.0.0.0"], "no token is set"),
    "an unknown task": (["init", "clasify"], "unknown task `clasify`"),
    "a bad number": (["serve", "--port", "x"], "a valid integer"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEAFOUT_TOKEN", raising=False)
    write_chain(tmp_path)
    return tmp_path


def told(said: str, message: str) -> None:
    """Three parts, no traceback."""
    assert "Traceback" not in said
    assert said.startswith("error: ")
    first = said.removeprefix("error: ").partition("\n")[0]
    assert message in first
    assert first[0] in "`0123456789" or first[0].islower() or first.startswith(("NaN", "UTF"))
    assert not first.endswith(".")
    assert "\x1b" not in said
    assert len(said) < 2500


@pytest.mark.parametrize("case", FILES)
def test_a_mistake_in_a_chain_file(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    content, message = FILES[case]
    (folder / "bad.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["run", "bad.yaml"]) == 2
    said = capsys.readouterr().err.partition("error: ")
    told("error: " + said[2], message)
    assert "\n  --> bad.yaml" in said[2]
    assert "\n\nhint: " in said[2]


@pytest.mark.parametrize("case", WORDS)
def test_a_mistake_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    words, message = WORDS[case]
    if {"store", "joined"} & set(words):
        run_chain(folder / "chain.yaml", store=folder / "store", steps=["join"])
        main(["collect", "词.txt", "--out", "joined"])
        capsys.readouterr()
    assert main(words) == 2
    said = capsys.readouterr().err
    told(said, message)
    assert "\n\nhint: " in said


def damage_a_file(artifact: Path) -> None:
    path = artifact / "words.txt"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def cut_the_manifest(artifact: Path) -> None:
    path = artifact / "manifest.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:50])


def change_the_manifest(artifact: Path) -> None:
    path = artifact / "manifest.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("join", "jion"), encoding="utf-8")


def add_a_file(artifact: Path) -> None:
    (artifact / "extra.txt").write_text("x", encoding="utf-8")


def lose_a_file(artifact: Path) -> None:
    (artifact / "words.txt").unlink()


@pytest.mark.parametrize("harm", [damage_a_file, cut_the_manifest, change_the_manifest, add_a_file, lose_a_file])
def test_a_damaged_artifact_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], None]
) -> None:
    artifact = run_chain("chain.yaml").artifacts["join"].path
    harm(artifact)
    for words in (["run", "chain.yaml"], ["plan", "chain.yaml"]):
        assert main(words) == 2
        said = capsys.readouterr().err
        told(said, "")
        assert artifact.name in said
        assert "\n\nhint: " in said


@pytest.mark.parametrize("text", ["", "{}", '{"file": 1, "steps": [], "runs": []}', "\x00"])
def test_a_damaged_record_is_named(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    run_chain("chain.yaml")
    (folder / ".leafout" / "chains" / "chain.json").write_text(text, encoding="utf-8")
    assert main(["plan", "chain.yaml"]) == 2
    told(capsys.readouterr().err, "the chain's record is damaged")
