"""Inception score: sure about each sample, and of many classes over all (Salimans et al. 2016, arXiv 1606.03498)."""

from typing import Any

import numpy as np

from gan_keras.metrics import checks
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

SPLITS = 10


def measure(evidence: Evidence) -> Finding:
    """Returns mean (`score`) and standard deviation (`std`) of the scores of 10 consecutive parts of the samples.

    A score is at least 1 and at most the number of classes.

    Raises:
        UserError: there are no logits, or they are no finite matrix.
    """
    logits = evidence.fake.logits
    checks.matrix(logits, "logits of generated samples", at_least=1)
    count, notes = len(logits), []
    splits = SPLITS if count >= SPLITS else 1
    if splits == 1:
        notes.append(f"{count} generated samples are fewer than {SPLITS} parts: one score of all, without a deviation")
    edges = [count * split // splits for split in range(splits + 1)]
    scores = [score(logits, range(*part)) for part in zip(edges, edges[1:], strict=False)]
    return Finding({"score": float(np.mean(scores)), "std": float(np.std(scores))}, tuple(notes))


def score(logits: Any, part: range) -> float:
    """Returns exp(E KL(p(y|x) || p(y))) of some consecutive samples, with p(y) their mean p(y|x).

    Args:
        logits: `Rows` or array (N, L).
        part: rows of the samples.
    """
    marginal, negative_entropy = np.zeros(()), 0.0
    for some in rows.blocks(part):
        log = _log_softmax(logits[some.start : some.stop].astype(np.float64))
        marginal = marginal + np.exp(log).sum(axis=0)
        negative_entropy += (np.exp(log) * log).sum()
    marginal = marginal[marginal > 0] / len(part)
    return float(np.exp(negative_entropy / len(part) - (marginal * np.log(marginal)).sum()))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
