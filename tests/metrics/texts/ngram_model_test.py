"""The n-gram model: probabilities by hand, sums, and samples that follow them."""

import itertools
import tracemalloc

import numpy as np
import pytest

from gan_keras.metrics.texts.ngram_model import NGramModel

TEXTS = np.array([[1, 2, 0, 0], [1, 1, 2, 0], [2, 0, 0, 0]])  # "ab", "aab", "b", and their ends.


def test_probabilities_of_two_orders_by_hand():
    # Tokens: 1 three times, 2 three times, 0 three times; each once more.
    unigrams = np.array([4, 4, 4]) / 12
    np.testing.assert_allclose(NGramModel(TEXTS, 3, 1).probabilities([]), unigrams)
    model = NGramModel(TEXTS, 3, 2)
    np.testing.assert_allclose(model.probabilities([]), (np.array([0, 2, 1]) + unigrams) / 4)  # How texts begin.
    np.testing.assert_allclose(model.probabilities([1]), (np.array([0, 1, 2]) + unigrams) / 4)
    np.testing.assert_allclose(model.probabilities([2, 1]), model.probabilities([1]))


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_probabilities_of_all_texts_sum_to_1(order):
    model = NGramModel(TEXTS, 3, order)
    texts = [
        text
        for text in itertools.product(range(3), repeat=4)
        if all(after == 0 for before, after in itertools.pairwise(text) if before == 0)
    ]
    assert sum(np.exp(model.log_probability(text)) for text in texts) == pytest.approx(1, abs=1e-12)


def test_samples_follow_the_model():
    model = NGramModel(TEXTS, 3, 3)
    rng = np.random.default_rng(0)
    drawn = [tuple(model.sample(rng)) for _ in range(4000)]
    for text in [(1, 2, 0, 0), (2, 0, 0, 0), (1, 1, 2, 0)]:
        share = drawn.count(text) / len(drawn)
        assert share == pytest.approx(np.exp(model.log_probability(text)), abs=0.02)
    assert all(0 not in text[:-1] or set(text[text.index(0) :]) == {0} for text in drawn)


def test_a_higher_order_fits_better():
    rng = np.random.default_rng(0)
    texts = np.cumsum(rng.integers(1, 3, (500, 6)), axis=1) % 4 + 1
    fits = [np.mean([NGramModel(texts, 5, order).log_probability(text) for text in texts[:20]]) for order in (1, 2, 3)]
    assert fits[0] < fits[1] - 0.5


def test_the_next_token_follows_the_model_after_histories_that_were_observed_and_others():
    """Also where only an end of the history was observed, and where texts are of one token."""
    rng = np.random.default_rng(0)
    for texts, symbols, order in ((TEXTS, 5, 3), (np.array([[1], [1], [2], [0]]), 4, 3), (TEXTS[:0], 3, 2)):
        model = NGramModel(texts, symbols, order)
        drawn = [tuple(model.sample(rng)) for _ in range(20_000)]
        for before in itertools.product(range(1, symbols), repeat=min(2, texts.shape[1] - 1)):
            expected = model.probabilities(before)
            assert expected.sum() == pytest.approx(1, abs=1e-12) and expected.min() > 0
            place = len(before)
            found = np.bincount([text[place] for text in drawn if text[:place] == before], minlength=symbols)
            errors = np.abs(found - found.sum() * expected)
            assert (errors <= 5 * np.sqrt(found.sum() * expected) + 1).all(), (before, found, expected)


def test_a_large_vocabulary_costs_no_memory_for_each_history():
    rng = np.random.default_rng(0)
    texts = rng.integers(1, 4096, (2000, 8)).astype(np.uint16)
    tracemalloc.start()
    try:
        model = NGramModel(texts, 4096, 6)
        for _ in range(200):
            model.sample(rng)
        assert tracemalloc.get_traced_memory()[1] < 10e6  # Probabilities of all histories would take 50 MB.
    finally:
        tracemalloc.stop()
