import chain_store
from leafout.chain.report.sections.parity import section


def test_certificate_speed_and_thresholds_are_shown() -> None:
    made = str(section(chain_store.data()))
    for word in ("parity certificate", "0.995", "&gt;= 0.97", "0.9300 → 0.9200", "4.0× smaller", "4.0× faster",
                 "serves sentiment", "0.700", "always answers"):  # fmt: skip
        assert word in made, word


def test_what_became_worse_is_said() -> None:
    speed = {"model": {"megabytes": 2.0, "texts_per_second": 10}, "release": {"megabytes": 4.0, "texts_per_second": 5}}
    made = str(section({"steps": [{"name": "x", "evidence": {"speed": speed, "parity": {"num_rows": 3}}}]}))
    assert "2.0× larger" in made
    assert "2.0× slower" in made


def test_without_a_release_there_is_no_section() -> None:
    assert section({"steps": [{"evidence": {}}]}) is None
