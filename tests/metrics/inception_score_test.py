"""Inception score: closed forms, splits, explicit loops, and which logits are taken."""

import math

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.metrics import inception_score
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

LOGITS = np.random.default_rng(6).standard_normal((43, 5)).astype(np.float32) * 3


def measure(logits):
    return inception_score.measure(Evidence(Side(), Side(logits=logits)))


def loops(logits):
    """The definition, one sample after the other."""
    given = [[math.exp(x) / sum(math.exp(float(y)) for y in row) for x in map(float, row)] for row in logits]
    marginal = [sum(p) / len(given) for p in zip(*given, strict=True)]
    return math.exp(sum(p * math.log(p / q) for row in given for p, q in zip(row, marginal, strict=True)) / len(given))


def test_uniform_predictions_score_one():
    assert measure(np.full((50, 7), 3.0, np.float32)).values == {"score": pytest.approx(1), "std": pytest.approx(0)}


def test_sure_and_balanced_predictions_score_the_number_of_classes():
    sure = np.tile(1000 * np.eye(6, dtype=np.float32), (20, 1))  # 12 samples a split, two of each class.
    assert measure(sure).values == {"score": pytest.approx(6), "std": pytest.approx(0)}
    assert measure(sure - 5000).values["score"] == pytest.approx(6)


def test_one_class_only_scores_one_however_sure():
    assert measure(np.tile(np.float32([[1000, 0, 0]]), (30, 1))).values["score"] == pytest.approx(1)


def test_mean_and_deviation_over_ten_consecutive_splits():
    """Nine splits of one class each, score 1, and one split of two classes, score 2: mean 1.1, deviation 0.3."""
    sure = 1000 * np.eye(10, dtype=np.float32)[np.repeat(np.arange(10), 4)]
    sure[-2:] = sure[0]
    assert measure(sure).values == {"score": pytest.approx(1.1), "std": pytest.approx(0.3)}


def test_it_agrees_with_explicit_loops_for_any_size_of_blocks(monkeypatch):
    """43 samples: splits of 4, 4, 4, 5, 4, 4, 5, 4, 4 and 5."""
    edges = [0, 4, 8, 12, 17, 21, 25, 30, 34, 38, 43]
    scores = [loops(LOGITS[start:stop]) for start, stop in zip(edges, edges[1:], strict=False)]
    for size in (1024, 3):
        monkeypatch.setattr(rows.blocks, "__defaults__", (size,))
        found = measure(LOGITS)
        assert found.values["score"] == pytest.approx(np.mean(scores), rel=1e-10)
        assert found.values["std"] == pytest.approx(np.std(scores), rel=1e-10) and found.notes == ()


def test_fewer_samples_than_splits_are_one_split_and_it_is_said():
    found = measure(LOGITS[:9])
    assert found.values == {"score": pytest.approx(loops(LOGITS[:9]), rel=1e-10), "std": 0}
    assert found.notes == ("9 generated samples are fewer than 10 parts: one score of all, without a deviation",)


def test_rows_in_a_file_are_the_array(tmp_path):
    LOGITS.tofile(tmp_path / "logits")
    assert measure(rows.Rows(tmp_path / "logits", 5)) == measure(LOGITS)


def test_missing_or_unsuitable_logits_are_refused_in_one_line():
    spoiled = LOGITS.copy()
    spoiled[11, 2] = np.inf
    for logits, message in (
        (None, "no logits of generated samples"),
        (LOGITS.ravel(), "logits of generated samples of shape"),
        (LOGITS[:0], "logits of generated samples: 0, expected at least 1"),
        (spoiled, "logits of generated samples: row 11 holds nan or inf"),
    ):
        with pytest.raises(errors.UserError, match=message) as caught:
            measure(logits)
        assert "\n" not in str(caught.value)
