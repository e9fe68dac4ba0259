import chain_store
from leafout.chain.report.sections.bought import section


def test_the_sentence_and_both_scores_are_shown() -> None:
    made = str(section(chain_store.data()))
    assert "Pre-training helped" in made
    assert "Paired over 32 rows." in made
    assert "random weights" in made


def test_without_a_twin_there_is_no_section() -> None:
    assert section({"bought": []}) is None
