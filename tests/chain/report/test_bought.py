import chain_store
from leafout.chain.lookup import find_artifact, in_order, read_chain
from leafout.chain.report.bought import bought, sentence, twins


def artifacts(*left_out: str) -> dict[str, object]:
    store = chain_store.shared()
    steps = in_order(read_chain(store, "demo"))
    return {step: find_artifact(store, f"demo:{step}") for step in steps if step not in left_out}


def test_twins_are_exams_by_the_same_way_from_other_first_weights() -> None:
    assert list(twins(artifacts())) == [("finetune_exam", "scratch_exam")]  # type: ignore[arg-type]
    assert list(twins(artifacts("scratch"))) == []  # type: ignore[arg-type]


def test_the_difference_is_paired_and_said_in_words() -> None:
    found = bought(artifacts())[0]  # type: ignore[arg-type]
    assert found.rows == 32
    assert found.low is not None
    assert found.low > 0
    assert found.words.startswith("Pre-training helped: macro f1 is 0.938 after pre-training and 0.719 from random")
    assert found.plain()["difference"] == found.difference


def test_words_also_say_that_nothing_was_bought() -> None:
    assert "bought nothing" in sentence("accuracy", 0.8, 0.81, 0.01, -0.02, 0.04)
    assert "did harm" in sentence("accuracy", 0.8, 0.7, -0.1, -0.15, -0.05)
    assert "was not measured" in sentence("accuracy", 0.8, 0.7, -0.1, None, None)
