"""How unlike generated and real texts are in their short pieces: the Jensen-Shannon divergence of character n-grams.

Source: the measure of Gulrajani et al. 2017 (arXiv 1704.00028), figure 4, here with the logarithm of base 2.
"""

import collections
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping

import numpy as np

from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding

_END = "\n"  # Follows each text, so that it counts how texts end.


def of_order(n: int) -> Callable[[Evidence], Finding]:
    """Returns the metric of n-grams; of words' texts as well, they are those of characters."""

    def measure(evidence: Evidence) -> Finding:
        """Returns `divergence` of the generated texts from the real ones, in [0, 1], and its `floor`.

        The floor is that between two halves of the real texts, a random split: what other real texts would get that
        are half as many.
        """
        real = evidence.kind.as_users_see(evidence.real.samples)
        fake = evidence.kind.as_users_see(evidence.fake.samples)
        order = np.random.Generator(np.random.Philox(key=[evidence.seed, 0])).permutation(len(real))
        halves = [counts((real[index] for index in half), n) for half in np.array_split(order, 2)]
        return Finding(
            {"divergence": divergence(counts(fake, n), counts(real, n)), "floor": divergence(halves[0], halves[1])}
        )

    return measure


def counts(texts: Iterable[str], n: int) -> collections.Counter[str]:
    """Returns how often each n-gram of characters occurs in texts, each of which ends with a line break."""
    found: collections.Counter[str] = collections.Counter()
    for text in texts:
        ended = text + _END
        found.update(ended[start : start + n] for start in range(len(ended) - n + 1))
    return found


def divergence(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Returns the Jensen-Shannon divergence of two distributions in bits: 0 if they are equal, 1 if they are disjoint.

    Args:
        one, other: how often each event occurs; an empty one is disjoint with every other.
    """
    if not one or not other:
        return float(bool(one) or bool(other))
    events = sorted(one.keys() | other.keys())
    p, q = (np.array([side.get(event, 0) for event in events], np.float64) for side in (one, other))
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    return float(max(0.0, 0.5 * (_relative_entropy(p, middle) + _relative_entropy(q, middle))))


def _relative_entropy(p, q):
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())
