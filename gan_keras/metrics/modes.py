"""How many of the classes generated samples reach, and how evenly: 1 000 of Stacked-MNIST, or those of any labels.

As in Metz et al. 2017, arXiv 1611.02163, which takes 25 600 samples. The classifier judges the real samples as well:
so its errors are on both sides.
"""

import math
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

MOST_CLASSES = 10_000

Columns = tuple[tuple[str, tuple[str, ...], slice], ...]  # As in `Evidence`.


def measure(evidence: Evidence) -> Finding:
    """Returns the classes that generated samples reach.

    A class is a combination of values of the columns of the condition, or without one of all columns.

    Returns:
        `reached`, the share of the classes with at least one generated sample; `classes`, their number; and `kl`, the
        Kullback-Leibler divergence of the data's classes from the generated ones, KL(generated ‖ data), in nats.

    Raises:
        UserError: the network names no labels, not those of the condition, or more than 10 000 combinations of them.
    """
    columns = evidence.columns
    if evidence.condition is not None:
        columns = of_condition(evidence)
    sizes = [len(values) for _, values, _ in columns]
    if not columns or math.prod(sizes) > MOST_CLASSES:
        raise errors.UserError(
            f"modes of {len(columns)} label columns with {math.prod(sizes) if columns else 0} combinations: expected 2 "
            f"to {MOST_CLASSES} classes; choose other columns with --labels, or leave the metric out"
        )
    real, fake = (
        np.bincount(np.ravel_multi_index(predicted(side.logits, columns).T, sizes), minlength=math.prod(sizes))
        for side in (evidence.real, evidence.fake)
    )
    notes = ["classes of generated and of real samples are the classifier's predictions"]
    if not real.all():
        notes.append(f"{(real == 0).sum()} of {len(real)} classes have no real sample: kl takes them as half a sample")
    reached = int(np.count_nonzero(fake))
    values = {"reached": reached / len(fake), "classes": reached, "kl": divergence(fake, np.maximum(real, 0.5))}
    return Finding(values, tuple(notes))


def divergence(counts: np.ndarray, reference: np.ndarray) -> float:
    """Returns KL(p ‖ q) in nats of two histograms (K,), where the second has no zero."""
    p, q = counts / counts.sum(), reference / reference.sum()
    there = p > 0
    return float(np.sum(p[there] * np.log(p[there] / q[there])))


def predicted(logits: Any, columns: Columns) -> np.ndarray:
    """Returns the likeliest value of each column, int64 (N, columns), of logits (N, L), `Rows` or an array."""
    return np.concatenate(
        [np.stack([block[:, where].argmax(1) for _, _, where in columns], 1) for block in rows.blocks(logits)]
    )


def of_condition(evidence: Evidence) -> Columns:
    """Returns those columns of the evidence that its condition has, in the condition's order.

    Raises:
        UserError: a column of the condition is missing or has other values.
    """
    named = {(name, tuple(values)): where for name, values, where in evidence.columns}
    missing = [name for name, values in evidence.condition.columns if (name, tuple(values)) not in named]
    if missing:
        known = ", ".join(name for name, _, _ in evidence.columns) or "no labels"
        raise errors.UserError(
            f"the condition is {missing[0]}, and the features name {known}: expected a network with the labels of the "
            "condition; choose --features=classifier"
        )
    return tuple((name, values, named[name, tuple(values)]) for name, values in evidence.condition.columns)
