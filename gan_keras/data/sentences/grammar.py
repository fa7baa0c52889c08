"""Probabilistic context-free grammars: sentences drawn by index, parsed, and their exact probabilities.

A sentence may have several derivations; its probability is the sum over them, which the inside algorithm computes
(Baker 1979; Lari and Young 1990).
"""

import functools
import math
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

Rules = Mapping[str, Sequence[tuple[float, tuple[str, ...]]]]
"""From a symbol to what it can become: (weight, symbols). A symbol without rules is a word, and stands for itself."""


class Grammar:
    """A grammar without empty right sides and without cycles of single symbols.

    Args:
        rules: the rules; the weights of a symbol are scaled to probabilities.
        start: the symbol that every derivation begins with.
    """

    def __init__(self, rules: Rules, start: str):
        self.start = start
        self.rules: dict[str, list[tuple[float, tuple[str, ...]]]] = {}
        for symbol, choices in rules.items():
            total = math.fsum(weight for weight, _ in choices)
            self.rules[symbol] = [(weight / total, tuple(right)) for weight, right in choices]
        self._choices = {symbol: np.cumsum([each for each, _ in choices]) for symbol, choices in self.rules.items()}
        self._shortest = self._shortest_lengths()

    @property
    def words(self) -> list[str]:
        """All words, sorted."""
        used = {symbol for choices in self.rules.values() for _, right in choices for symbol in right}
        return sorted(used - self.rules.keys())

    def sample(self, random: np.random.Generator) -> list[str]:
        """Returns the words of a random sentence."""
        words, waiting = [], [self.start]
        while waiting:
            symbol = waiting.pop()
            if symbol not in self.rules:
                words.append(symbol)
                continue
            index = int(np.searchsorted(self._choices[symbol], random.random(), side="right"))
            waiting.extend(reversed(self.rules[symbol][min(index, len(self.rules[symbol]) - 1)][1]))
        return words

    def log_probability(self, words: Sequence[str], start: str | None = None) -> float:
        """Returns the natural logarithm of the probability of a sentence; minus infinity if it is not in the language.

        Args:
            words: the words of the sentence.
            start: the symbol that it has to come from; None: the start of the grammar.
        """
        words = tuple(words)

        @functools.cache
        def inside(symbol: str, begin: int, end: int) -> float:
            if symbol not in self.rules:
                return float(end - begin == 1 and words[begin] == symbol)
            return math.fsum(weight * sequence(right, begin, end) for weight, right in self.rules[symbol])

        @functools.cache
        def sequence(symbols: tuple[str, ...], begin: int, end: int) -> float:
            first, rest = symbols[0], symbols[1:]
            if not rest:
                return inside(first, begin, end)
            earliest = begin + self._shortest[first]
            latest = end - sum(self._shortest[symbol] for symbol in rest)
            return math.fsum(
                probability * sequence(rest, middle, end)
                for middle in range(earliest, latest + 1)
                if (probability := inside(first, begin, middle))
            )

        probability = inside(start or self.start, 0, len(words)) if words else 0.0
        return math.log(probability) if probability else -math.inf

    def _shortest_lengths(self) -> dict[str, int]:
        """Returns the number of words that each symbol becomes at least."""
        lengths: dict[str, float] = {symbol: math.inf for symbol in self.rules} | dict.fromkeys(self.words, 1)
        while True:
            found = lengths | {
                symbol: min(sum(lengths[each] for each in right) for _, right in choices)
                for symbol, choices in self.rules.items()
            }
            if found == lengths:
                return {symbol: int(length) for symbol, length in lengths.items()}
            lengths = found
