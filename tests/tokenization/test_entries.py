import numpy as np

from leafout.tokenization.byte_bpe import train_byte_bpe
from leafout.tokenization.counts import GROUPS, no_counts
from leafout.tokenization.entries import entries
from leafout.tokenization.load import num_ids
from leafout.tokenization.wordpiece import train_wordpiece
from tokenization.toy_texts import batches, toy_texts

SAMPLE = [(text, None) for text in toy_texts(60, seed=11)]


def test_entries_are_shown_as_text_with_their_counts_by_language() -> None:
    made = train_byte_bpe(batches, vocab_size=600)
    counts = no_counts(num_ids(made))
    zh, en = made.token_to_id("å¤©"), made.token_to_id("Ġthe")
    assert zh is not None
    assert en is None or en >= 0
    counts.ids_GV[GROUPS.index("zh"), zh] = 7
    counts.ids_GV[GROUPS.index("en"), made.token_to_id("e")] = 2
    found = entries(made, counts, SAMPLE)
    assert found["most_frequent"] == {"zh": [["天", 7]], "en": [["e", 2]]}
    assert found["rarest_used"] == [["e", 2], ["天", 7]]
    assert found["never_used"] == num_ids(made) - 3  # the mark of the end is no entry
    assert [len(entry) for entry in found["longest"]] == sorted((len(one) for one in found["longest"]), reverse=True)
    assert all(entry.isprintable() for entry in found["longest"])


def test_sentences_of_both_languages_are_cut_into_tokens() -> None:
    made = train_wordpiece(batches, vocab_size=300)
    found = entries(made, no_counts(num_ids(made)), SAMPLE)["sentences"]
    assert {language: len(some) for language, some in found.items()} == {"zh": 5, "en": 5}
    assert all(len(sentence) > 3 for some in found.values() for sentence in some)


def test_coverage_is_of_the_samples_characters() -> None:
    made = train_wordpiece(batches, vocab_size=300)
    counts = no_counts(num_ids(made))
    assert entries(made, counts, [("今天 饕餮", "zh")])["characters"] == {"different": 4.0, "known_fraction": 0.5}
    assert entries(made, counts, [])["characters"] == {"different": 0.0, "known_fraction": 0.0}
    assert np.sum(counts.ids_V) == 0
