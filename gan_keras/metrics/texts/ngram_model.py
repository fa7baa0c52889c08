"""The rival of a GAN of texts: a model that draws the next token by those before it, as often as it followed them.

Plain likelihood models were found to beat GANs of texts (Caccia et al. 2018, arXiv 1811.02549); this is the plainest.
"""

import bisect
import functools
from collections.abc import Sequence

import numpy as np

_REMEMBERED = 100_000  # Histories.


class NGramModel:
    """A model of order n over the numbers of a store, by counts that lower orders smooth.

    After a history of n − 1 tokens, a token has the probability (count + that of the next lower order) / (count of the
    history + 1): one more observation, which the lower order made. The lowest order counts each symbol once more.

    No probabilities are kept, only the observed tokens, sorted by those before them: the ones after a history, or after
    the end of one, are neighbours. A sample is one of these, or, as often as the one more observation, of those after a
    shorter history.

    Args:
        texts: stored texts (N, L), numbers of symbols, 0 from the end on.
        symbols: size of the vocabulary.
        order: n, at least 1.
    """

    def __init__(self, texts: np.ndarray, symbols: int, order: int):
        self._symbols, self._order, self._length = symbols, order, texts.shape[1]
        numbers = np.asarray(texts, np.min_scalar_type(symbols))  # The number after the last stands for no token yet.
        padded = np.pad(numbers, ((0, 0), (order - 1, 0)), constant_values=symbols)
        with_end = np.cumsum(texts == 0, axis=1) - (texts == 0) == 0
        observed = np.lib.stride_tricks.sliding_window_view(padded, order, axis=1)[with_end]  # Each is the last.
        observed = observed[np.lexsort(observed[:, :-1].T)] if order > 1 else observed
        self._tokens = np.ascontiguousarray(observed[:, -1])
        # Contiguous, and of plain integers: fast to look up one by one.
        before = [np.ascontiguousarray(column).data for column in observed[:, -2::-1].T]
        find = functools.partial(_ranges, before, len(observed), symbols)
        self._ranges = functools.lru_cache(_REMEMBERED)(find)

    def probabilities(self, history: Sequence[int]) -> np.ndarray:
        """Returns the probabilities of the next token, float64 (symbols,), after the tokens before it."""
        found = np.full(self._symbols, 1 / self._symbols)
        for begin, count, more in reversed(self._ranges(self._history(history))):
            counts = np.bincount(self._tokens[begin : begin + count], minlength=self._symbols)
            found = (counts + more * found) / (count + more)
        return found

    def _history(self, tokens):
        """Returns the last n − 1 tokens, or starts before the text."""
        count = self._order - 1
        return (self._symbols,) * (count - len(tokens)) + tuple(tokens[max(0, len(tokens) - count) :])

    def sample(self, random: np.random.Generator) -> np.ndarray:
        """Returns a text (L,), 0 from its end on."""
        text: np.ndarray = np.zeros(self._length, np.int64)
        history = self._history(())
        for place in range(self._length):
            token = self._drawn(history, random)
            if token == 0:
                break
            text[place] = token
            history = (*history, token)[1:]
        return text

    def _drawn(self, history, random):
        """Returns a token after a whole history."""
        for begin, count, more in self._ranges(history):
            chosen = int(random.random() * (count + more))
            if chosen < count:
                return int(self._tokens[begin + chosen])
        return int(random.integers(self._symbols))

    def log_probability(self, text: Sequence[int]) -> float:
        """Returns the natural logarithm of a stored text's probability, with that of its end if it has one."""
        total = 0.0
        for place, token in enumerate(text):
            total += float(np.log(self.probabilities(list(text[:place]))[token]))
            if token == 0:
                break
        return total


def _ranges(before, count, symbols, history):
    """Returns where the tokens after a history were observed, from all of its tokens down to none of them.

    Args:
        before: the tokens before each observed one, by their distance from 1; what is observed is sorted by them.
        count: how many are observed.
        symbols: size of the vocabulary.
        history: as many tokens as there are distances.

    Returns:
        a list of (first, number, number of observations that the next lower order makes beside these). Without those
        ends of the history that were never observed: they leave everything to the lower order.
    """
    begin, end = 0, count
    found = [(begin, count, symbols)]
    for column, token in zip(before, reversed(history), strict=True):
        begin, end = bisect.bisect_left(column, token, begin, end), bisect.bisect_right(column, token, begin, end)
        if begin == end:
            break
        found.append((begin, end - begin, 1))
    return found[::-1]
