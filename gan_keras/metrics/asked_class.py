"""Whether a conditional generator draws what was asked for, as a classifier sees it."""

import numpy as np

from gan_keras import errors
from gan_keras.metrics import modes
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.evidence import Side
from gan_keras.metrics.texts import grammar


def measure(evidence: Evidence) -> Finding:
    """Returns shares in [0, 1] of generated samples in which the classifier finds the condition.

    Returns:
        Of classes: `agreement`, the share; `worst_class`, the smallest share of a class; `accuracy`, the share of real
        samples in which it finds their class. Of attributes: `agreement`, the mean over the attributes, and the share
        of each by its name; the same of real samples, `accuracy` and `accuracy_<name>`.

    Raises:
        UserError: either side has no conditions, or the network does not name their labels.
    """
    condition = evidence.condition
    if any(part is None for part in (condition, evidence.fake.conditions, evidence.real.conditions)):
        raise errors.UserError(
            "asked_class without conditions: expected samples of a conditional generator, and real ones with its "
            "labels; leave the metric out, or train with --labels"
        )
    if evidence.kind.vocabulary:
        return _of_classes(evidence, grammar.right_classes(evidence), 1.0)
    columns = modes.of_condition(evidence)
    if condition.encoding == "multi":
        fake, real = (_attribute_shares(side, columns) for side in (evidence.fake, evidence.real))
        names = [name for name, _ in condition.columns]
        values = {"agreement": float(fake.mean()), **dict(zip(names, fake.tolist(), strict=True))}
        values["accuracy"] = float(real.mean())
        return Finding(values | {f"accuracy_{name}": share for name, share in zip(names, real.tolist(), strict=True)})
    accuracy = _right_classes(evidence.real, columns).mean()
    return _of_classes(evidence, _right_classes(evidence.fake, columns), accuracy)


def _of_classes(evidence, agrees, accuracy):
    asked, members = np.unique(evidence.fake.conditions, return_inverse=True)
    shares = np.bincount(members, agrees) / np.bincount(members)
    values = {"agreement": float(agrees.mean()), "worst_class": float(shares.min()), "accuracy": float(accuracy)}
    return Finding(values, (f"the worst class is {evidence.condition.class_names[asked[shares.argmin()]]!r}",))


def _right_classes(side: Side, columns: modes.Columns) -> np.ndarray:
    """Returns whether the predicted class of each sample is that of its condition, bool (N,)."""
    sizes = [len(values) for _, values, _ in columns]
    return np.ravel_multi_index(modes.predicted(side.logits, columns).T, sizes) == side.conditions


def _attribute_shares(side: Side, columns: modes.Columns) -> np.ndarray:
    """Returns the share of samples whose attribute is predicted as asked for, yes from 0.5 on, float64 (A,)."""
    return ((side.conditions >= 0.5) == modes.predicted(side.logits, columns)).mean(0)
