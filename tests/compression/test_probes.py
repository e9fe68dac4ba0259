from leafout.compression.probes import PROBES
from leafout.text.language import language


def test_both_languages_are_probed_alike() -> None:
    said = [language(text) for text in PROBES]
    assert said.count("zh") == said.count("en") == len(PROBES) // 2


def test_lengths_reach_from_a_word_to_several_clauses() -> None:
    for name in ("zh", "en"):
        sizes = [len(text) for text in PROBES if language(text) == name]
        assert min(sizes) <= 3
        assert max(sizes) >= 25


def test_no_probe_stands_twice() -> None:
    assert len(set(PROBES)) == len(PROBES)
