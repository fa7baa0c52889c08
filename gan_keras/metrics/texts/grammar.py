"""What the grammar of the embedded sentences says of generated ones: whether they are sentences, and how likely."""

import numpy as np

from gan_keras import errors
from gan_keras.data import sentences
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.texts import Unmeasurable


def parsed(evidence: Evidence) -> Finding:
    """Returns `share`, of the generated texts in the language of the grammar.

    Raises:
        UserError: the texts are not those of `--dataset=sentences`.
    """
    return Finding({"share": float(np.isfinite(_log_probabilities(evidence, evidence.fake)).mean())})


def nll(evidence: Evidence) -> Finding:
    """Returns `nll`, the mean negative log-probability, in nats, of those generated texts that parse; `real`, the same
    of the real ones; and `parsed`, how many parse.

    Probabilities are those of the whole language: they leave out a constant, because no sentence is longer than the
    texts of the store.

    Raises:
        UserError: the texts are not those of `--dataset=sentences`.
        Unmeasurable: none of the generated ones is a sentence.
    """
    found = _log_probabilities(evidence, evidence.fake)
    some = found[np.isfinite(found)]
    if not len(some):
        raise Unmeasurable("none of the texts is a sentence")
    real = _log_probabilities(evidence, evidence.real)
    return Finding({"nll": float(-some.mean()), "real": float(-real.mean()), "parsed": float(len(some))})


def right_classes(evidence: Evidence) -> np.ndarray:
    """Returns whether each generated text has the form and the tense that were asked for, bool (N,), by its surface.

    Raises:
        UserError: the texts are not those of `--dataset=sentences`.
    """
    _expect_sentences(evidence)
    columns = list(sentences.COLUMNS)
    chosen = [columns.index(name) for name, _ in evidence.condition.columns]
    sizes = [len(values) for _, values in evidence.condition.columns]
    labels = np.array([sentences.labels(text) for text in evidence.kind.as_users_see(evidence.fake.samples)])
    return np.ravel_multi_index(labels[:, chosen].T, sizes) == evidence.fake.conditions


def _log_probabilities(evidence, side):
    _expect_sentences(evidence)
    texts = evidence.kind.as_users_see(side.samples)
    return np.array([sentences.log_probability(text) for text in texts], np.float64)


def _expect_sentences(evidence):
    if evidence.dataset != "sentences":
        raise errors.UserError(
            "parsed, nll and asked_class of texts need --dataset=sentences: no grammar of other texts is known; leave "
            "them out"
        )
