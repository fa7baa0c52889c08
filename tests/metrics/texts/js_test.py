"""Divergences by hand."""

import math

import numpy as np
import pytest

from gan_keras.data import kinds
from gan_keras.data import vocabulary as vocabularies
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side
from gan_keras.metrics.texts import js

KIND = kinds.texts(vocabularies.of_symbols("abc", "characters"))


def stored(*texts):
    return np.stack([KIND.vocabulary.encode(text, 6) for text in texts])


def test_n_grams_with_the_end_of_each_text():
    assert js.counts(["aba", "b"], 2) == {"ab": 1, "ba": 1, "a\n": 1, "b\n": 1}
    assert js.counts(["aba", "b"], 1) == {"a": 2, "b": 2, "\n": 2}
    assert js.counts(["a"], 3) == {}


def test_equal_disjoint_and_half():
    one, other = js.counts(["ab"], 1), js.counts(["cd"], 1)
    assert js.divergence(one, one) == 0
    assert js.divergence({"x": 3}, {"y": 5}) == 1
    # p is (1/2, 1/2, 0), q is (0, 1/2, 1/2): the middle is (1/4, 1/2, 1/4), each half of the divergence 1/2 · log2(2).
    assert js.divergence({"a": 1, "b": 1}, {"b": 2, "c": 2}) == pytest.approx(0.5)
    assert js.divergence(one, other) == js.divergence(other, one) < 1  # Both have the end.
    assert js.divergence({}, one) == 1 and js.divergence({}, {}) == 0


def test_the_metric_and_its_floor():
    real, fake = stored("aab", "aab", "aab", "aab"), stored("ccc")
    found = js.of_order(1)(Evidence(Side(real), Side(fake), kind=KIND)).values
    assert found["floor"] == 0
    # Real: a 1/2, b 1/4, end 1/4; fake: c 3/4, end 1/4.
    assert found["divergence"] == pytest.approx(0.75)
    same = js.of_order(3)(Evidence(Side(real), Side(real), kind=KIND)).values
    assert same["divergence"] == 0


def test_the_floor_shrinks_with_the_texts():
    rng = np.random.default_rng(0)

    def floor(count):
        texts = rng.integers(0, 4, (count, 6)).astype(np.uint8)
        return js.of_order(2)(Evidence(Side(texts), Side(texts), kind=KIND)).values["floor"]

    assert 0 < floor(4000) < floor(40) / 4 and math.isfinite(floor(2))
