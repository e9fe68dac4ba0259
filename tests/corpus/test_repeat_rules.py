from leafout.corpus.repeat_rules import RepeatedLines, RepeatedParagraphs, RepeatedSubstrings


def test_folding_follows_the_rules() -> None:
    fold = RepeatedLines(fold_digits=False).fold()
    assert (fold.case, fold.digits, fold.punctuation) == (True, False, False)
    fold = RepeatedParagraphs(fold_case=False).fold()
    assert (fold.case, fold.digits, fold.punctuation) == (False, False, True)


def test_the_ngram_of_a_fingerprint_grows_with_the_repeat() -> None:
    assert RepeatedSubstrings(min_chars=20).ngram() == 8
    assert RepeatedSubstrings(min_chars=200).ngram() == 60
