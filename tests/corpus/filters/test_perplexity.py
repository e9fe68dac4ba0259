import numpy as np
import pyarrow as pa

from leafout.corpus.filters.examples import gather
from leafout.corpus.filters.perplexity import fit_perplexity
from leafout.corpus.filters.rules import LikeRules
from topic_texts import pages


def test_scores_are_mean_log_probabilities_of_units() -> None:
    found, told = fit_perplexity(gather(pages("chips", 40), pages("garden", 40)), rule=LikeRules(like=("x",)))
    own, other, nothing = found.scores(pa.array([pages("chips", 1, seed=5)[0], pages("garden", 1)[0], " \n"])).tolist()
    assert 0 > own > -2 > -3 > other > -12
    assert nothing == -30
    assert told["median_of_examples"] > told["median_of_sample"]


def test_what_was_learned_is_more_probable_than_what_was_kept_back() -> None:
    examples = gather(pages("chips", 40), pages("garden", 40))
    found, told = fit_perplexity(examples, rule=LikeRules(like=("x",)))
    learned = found.page_scores(examples.good)
    assert float(np.median(learned)) > told["median_of_examples"]
