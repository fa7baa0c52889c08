"""The rival of a GAN of texts: a model that draws the next token by those before it, as often as it followed them.

Plain likelihood models were found to beat GANs of texts (Caccia et al. 2018, arXiv 1811.02549); this is the plainest.
"""

import collections
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

_START = -1  # Stands n − 1 times before a text.


class NGramModel:
    """A model of order n over the numbers of a store, by counts that lower orders smooth.

    After a history of n − 1 tokens, a token has the probability (count + that of the next lower order) / (count of the
    history + 1): one more observation, which the lower order made. The lowest order counts each symbol once more.

    Args:
        texts: stored texts (N, L), numbers of symbols, 0 from the end on.
        symbols: size of the vocabulary.
        order: n, at least 1.
    """

    def __init__(self, texts: np.ndarray, symbols: int, order: int):
        self._symbols, self._order, self._length = symbols, order, texts.shape[1]
        self._counts: dict[tuple[int, ...], collections.Counter[int]] = collections.defaultdict(collections.Counter)
        for text in texts.tolist():
            for place, token in enumerate(text):
                history = self._history(text[:place])
                for used in range(order):
                    self._counts[history[order - 1 - used :]][token] += 1
                if token == 0:
                    break
        self._known: dict[tuple[int, ...], np.ndarray] = {}

    def probabilities(self, history: Sequence[int]) -> np.ndarray:
        """Returns the probabilities of the next token, float64 (symbols,), after the tokens before it."""
        return self._after(self._history(history))

    def _history(self, tokens):
        """Returns the last n − 1 tokens, or starts before the text."""
        count = self._order - 1
        return (_START,) * (count - len(tokens)) + tuple(tokens[max(0, len(tokens) - count) :])

    def _after(self, key):
        if key not in self._known:
            lower = self._after(key[1:]) if key else np.full(self._symbols, 1 / self._symbols)
            observed: Mapping[int, int] = self._counts.get(key, {})
            weight = 1.0 if key else float(self._symbols)
            found = weight * lower
            for token, count in observed.items():
                found[token] += count
            self._known[key] = found / found.sum()
        return self._known[key]

    def sample(self, random: np.random.Generator) -> np.ndarray:
        """Returns a text (L,), 0 from its end on."""
        text: np.ndarray = np.zeros(self._length, np.int64)
        for place in range(self._length):
            cumulated = np.cumsum(self.probabilities(text[:place].tolist()))
            text[place] = min(np.searchsorted(cumulated, random.random(), side="right"), self._symbols - 1)
            if text[place] == 0:
                break
        return text

    def log_probability(self, text: Sequence[int]) -> float:
        """Returns the natural logarithm of a stored text's probability, with that of its end if it has one."""
        total = 0.0
        for place, token in enumerate(text):
            total += float(np.log(self.probabilities(list(text[:place]))[token]))
            if token == 0:
                break
        return total
