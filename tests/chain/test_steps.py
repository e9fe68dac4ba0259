from pathlib import Path

import pytest

from leafout.chain.steps import Chain, parse_chain, read_chain
from leafout.core.errors import LeafoutError
from small_stages import CHAIN, JoinConfig, write_chain


def read(text: str, *sets: str) -> Chain:
    return parse_chain(text, file=Path("chain.yaml"), sets=sets)


def test_a_chain_is_read_whole(tmp_path: Path) -> None:
    chain = read_chain(write_chain(tmp_path), ["join.rules.most=9"])
    assert (chain.name, chain.seed, chain.root) == ("chain", 7, tmp_path)
    assert list(chain.steps) == ["words", "more", "join", "draw", "count", "exam"]
    join = chain.steps["join"]
    assert isinstance(join.config, JoinConfig)
    assert join.config.rules.most == 9
    assert join.needs == ("words", "more")
    exam = chain.steps["exam"]
    assert (exam.gates, exam.promote, exam.seed) == ({"accuracy": ">= 0.8"}, "leaf", 7)


def test_steps_are_put_into_an_order_that_can_be_run() -> None:
    lines = CHAIN.splitlines()
    chain = read("\n".join([lines[0], *reversed(lines[1:])]))
    places = {name: place for place, name in enumerate(chain.steps)}
    assert all(places[need] < places[step.name] for step in chain.steps.values() for need in step.needs)


def test_a_part_of_a_chain_holds_what_it_needs() -> None:
    assert [step.name for step in read(CHAIN).needed_for(["join"])] == ["words", "more", "join"]
    with pytest.raises(LeafoutError, match="no step `jion`") as caught:
        read(CHAIN).needed_for(["jion"])
    assert caught.value.hint == "did you mean `join`?"


def test_a_step_may_have_a_seed_of_its_own() -> None:
    assert read(CHAIN, "draw.seed=3").steps["draw"].seed == 3


def test_an_update_takes_the_champion_of_its_slot() -> None:
    line = 'up: {stage: "small_stages:update", from: {release: count, rows: join}, slot: leaf}\n'
    step = read(CHAIN + line).steps["up"]
    assert step.slot == "leaf"
    assert step.inputs["champion"][0].kind == "slot"


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ('a: {stage: "small_stages:read", file: x}', "unknown key `file`", "chain.yaml:1 [a.file]"),
        ("a:\n  stage: small_stages:read\n  files:\n  - 1\n", "`0` is 1", "chain.yaml:4 [a.files.0]"),
        ("clen: {}", "unknown stage `clen`", "chain.yaml:1 [clen]"),
        ("a: {stage: clen}", "unknown stage `clen`", "chain.yaml:1 [a.stage]"),
        ("a: {stage: [x]}", "not a name", "chain.yaml:1 [a.stage]"),
        ('a: {stage: "nowhere:x"}', "cannot load stage", "chain.yaml:1 [a.stage]"),
        ('a: {stage: "small_stages:Rules"}', "is not a stage", "chain.yaml:1 [a.stage]"),
        ("a: 3", "`a` is no table", "chain.yaml:1 [a]"),
        ("from: {stage: collect}", "`from` means something else", "chain.yaml:1 [from]"),
        ('"a b": {}', "cannot name a step", "chain.yaml:1"),
        ('"a\\nb": {}', "cannot name a step", "chain.yaml:1"),
        ("seed: x\na: {}", "`seed` is 'x'", "chain.yaml:1 [seed]"),
        ("seed: -1\na: {}", "`seed` is -1", "chain.yaml:1 [seed]"),
        ("seed: true\na: {}", "`seed` is True", "chain.yaml:1 [seed]"),
        ("seed: 1", "no steps", "chain.yaml"),
        ('a: {stage: "small_stages:read", seed: 3}', "`seed` has no meaning here", "chain.yaml:1 [a.seed]"),
        ('a: {stage: "small_stages:read", gates: {}}', "`gates` belong to", "chain.yaml:1 [a.gates]"),
        ('a: {stage: "small_stages:read", promote: x}', "`promote` belongs to", "chain.yaml:1 [a.promote]"),
        ('a: {stage: "small_stages:read", slot: x}', "`slot` belongs to", "chain.yaml:1 [a.slot]"),
        (CHAIN.replace('">= 0.8"', "0.8"), "not a limit", "chain.yaml:7 [exam.gates.accuracy]"),
        (CHAIN.replace('">= 0.8"', '"=> 0.8"'), "not a limit", "chain.yaml:7 [exam.gates.accuracy]"),
        (CHAIN.replace("{accuracy:", "[accuracy] #"), "not YAML", "chain.yaml:8"),
        (CHAIN.replace("promote: leaf", "promote: a/b"), "cannot name a slot", "chain.yaml:7 [exam.promote]"),
        (CHAIN.replace("from: [words, more]", "from: [words, count]"), "in a circle", "from]"),
        ("rows: {stage: clean, from: t}\nt: {stage: tokenize, from: rows}", "made by", "[rows.from.documents]"),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: str, message: str, where: str) -> None:
    with pytest.raises(LeafoutError, match=message) as caught:
        read(text)
    assert caught.value.where.endswith(where)
    assert not caught.value.message.startswith(("A ", "The "))


def test_the_nearest_key_is_offered_also_where_it_is_the_chains() -> None:
    with pytest.raises(LeafoutError) as caught:
        read('a: {stage: "small_stages:draw", form: b}')
    assert "missing" in caught.value.message
    with pytest.raises(LeafoutError) as caught:
        read('a: {stage: "small_stages:read", sed: 3}')
    assert caught.value.hint == "did you mean `seed`?"


def test_an_override_is_named_in_its_error() -> None:
    with pytest.raises(LeafoutError, match="unknown key `mots`") as caught:
        read(CHAIN, "join.rules.mots=3")
    assert caught.value.where == "--set join.rules.mots=3 [join.rules.mots]"
    assert caught.value.hint == "did you mean `most`?"


def test_hundreds_of_steps_in_a_row_need_no_recursion() -> None:
    lines = ['s0: {stage: "small_stages:read"}']
    lines += [f's{n}: {{stage: "small_stages:draw", from: s{n - 1}}}' for n in range(1, 300)]
    assert len(read("\n".join(reversed(lines))).steps) == 300


def test_the_chains_of_the_guide_and_the_concept_read() -> None:
    for name in ("guides/run-a-chain.md", "concepts/chain.md"):
        text = Path("docs", name).read_text(encoding="utf-8")
        chain = read(text.partition("```yaml\n")[2].partition("```")[0])
        assert len(chain.steps) >= 3
