"""Metrics of generated sentences, of texts whose numbers are known."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import conditions
from gan_keras.data import kinds
from gan_keras.data import sentences
from gan_keras.data import vocabulary as vocabularies
from gan_keras.metrics import asked_class
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side
from gan_keras.metrics.texts import Unmeasurable
from gan_keras.metrics.texts import grammar
from gan_keras.metrics.texts import novelty

KIND = kinds.texts(vocabularies.of_symbols({*"abcdefghijklmnopqrstuvwxyz .?"}, "characters"))
GOOD = ["the cat sleeps.", "did leo run?", "anna was not old."]
BAD = ["the cat sleep.", ""]


def stored(texts):
    return np.stack([KIND.vocabulary.encode(text, 32) for text in texts])


def evidence(fake, real=("leo runs.",), dataset="sentences", train=None, **conditioned):
    of_fake = conditioned.pop("asked", None)
    return Evidence(
        Side(stored(real), conditions=np.zeros(len(real), int)),
        Side(stored(fake), conditions=of_fake),
        train=None if train is None else stored(train),
        kind=KIND,
        dataset=dataset,
        **conditioned,
    )


def test_parsed_and_nll():
    assert grammar.parsed(evidence(GOOD + BAD)).values == {"share": 3 / 5}
    found = grammar.nll(evidence(GOOD + BAD)).values
    assert found["nll"] == pytest.approx(-np.mean([sentences.log_probability(text) for text in GOOD]))
    assert found["real"] == pytest.approx(-sentences.log_probability("leo runs.")) and found["parsed"] == 3


def test_without_a_sentence_there_is_no_nll():
    with pytest.raises(Unmeasurable, match="^none of the texts is a sentence$"):
        grammar.nll(evidence(BAD))


def test_no_grammar_of_other_texts_is_known():
    for measure in (grammar.parsed, grammar.nll):
        with pytest.raises(errors.UserError, match="need --dataset=sentences"):
            measure(evidence(GOOD, dataset="text"))


def test_unique_and_novel():
    fake = ["leo runs.", "leo runs.", "mia runs.", "x"]
    found = novelty.unique(evidence(fake, real=["a", "b", "b", "b", "c"]))
    assert found.values == {"share": 3 / 4, "real": 1 / 2} and found.notes == ()
    found = novelty.novel(evidence(fake, real=["leo runs.", "b"], train=["leo runs.", "y"]))
    assert found.values == {"share": 1 / 2, "real": 1 / 2}
    with pytest.raises(errors.UserError, match="novel without training texts"):
        novelty.novel(evidence(fake))


def test_shares_of_different_texts_are_compared_among_as_many():
    found = novelty.unique(evidence(["x", "y", "x", "y", "z", "z"], real=["a", "b", "b"]))
    assert found.values == {"share": 1 / 2, "real": 2 / 3, "comparable": 2 / 3} and next(iter(found.values)) == "share"
    assert found.notes == ("'real' and 'comparable' are the shares among 3 texts each: there are no more real ones",)


def test_the_class_that_was_asked_for_is_read_off_the_surface():
    forms = conditions.Condition("joint", (("form", ("statement", "question", "negation")),), (0, 1, 2))
    found = asked_class.measure(evidence(GOOD + ["who runs"], condition=forms, asked=np.array([0, 1, 2, 1])))
    assert found.values == {"agreement": 3 / 4, "worst_class": 1 / 2, "accuracy": 1.0}
    assert found.notes == ("the worst class is 'question'",)
    both = conditions.Condition(
        "joint", (("form", ("statement", "question", "negation")), ("tense", ("present", "past"))), tuple(range(6))
    )
    found = asked_class.measure(evidence(GOOD, condition=both, asked=np.array([0, 3, 5])))
    assert found.values["agreement"] == 1
