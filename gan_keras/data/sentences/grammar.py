"""Probabilistic context-free grammars: sentences drawn by index, parsed, and their exact probabilities.

A sentence may have several derivations; its probability is the sum over them, which the inside algorithm computes
(Baker 1979; Lari and Young 1990), here bottom-up and by logarithms: neither the depth nor the length of a sentence has
a limit.
"""

import collections
import graphlib
import heapq
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

    Raises:
        graphlib.CycleError: there is a cycle of single symbols.
    """

    def __init__(self, rules: Rules, start: str):
        self.start = start
        self.rules: dict[str, list[tuple[float, tuple[str, ...]]]] = {}
        for symbol, choices in rules.items():
            total = math.fsum(weight for weight, _ in choices)
            self.rules[symbol] = [(weight / total, tuple(right)) for weight, right in choices]
        self._choices = {symbol: np.cumsum([each for each, _ in choices]) for symbol, choices in self.rules.items()}
        # By the symbol that a right side begins with: (symbol, logarithm of the probability, rest of the right side).
        self._beginning: dict[str, list[tuple[str, float, tuple[str, ...]]]] = collections.defaultdict(list)
        for symbol, choices in self.rules.items():
            for probability, (first, *rest) in choices:
                if probability:
                    self._beginning[first].append((symbol, math.log(probability), tuple(rest)))
        self._ranks = self._ranks_of_symbols()

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
        # By place: what a symbol that begins there, or several in a row, can be: {end: logarithm of the probability}.
        ends: list[dict[str, dict[int, float]]] = [{} for _ in range(len(words) + 1)]
        rows: list[dict[tuple[str, ...], dict[int, float]]] = [{} for _ in range(len(words) + 1)]

        def of_row(symbols: tuple[str, ...], begin: int) -> dict[int, float]:
            if len(symbols) == 1:
                return ends[begin].get(symbols[0], {})
            if symbols not in rows[begin]:
                found = collections.defaultdict(list)
                for middle, first in ends[begin].get(symbols[0], {}).items():
                    for end, rest in of_row(symbols[1:], middle).items():
                        found[end].append(first + rest)
                rows[begin][symbols] = {end: _log_sum(logs) for end, logs in found.items()}
            return rows[begin][symbols]

        for begin in reversed(range(len(words))):
            self._complete(ends[begin], words[begin], begin, of_row)
        return ends[0].get(start or self.start, {}).get(len(words), -math.inf)

    def _complete(self, ends, word, begin, of_row):
        """Finds all symbols that can begin at a place.

        A symbol is final once those are that it can begin with: shorter ones, and those of lower rank as long as it.

        Args:
            ends: dict that gets {end: logarithm of the probability} by symbol.
            word: the word at the place.
            begin: the place.
            of_row: function (symbols, place) → {end: logarithm of the probability}; all later places are complete.
        """
        if word in self.rules:  # The name of a symbol is no word.
            return
        found = {(begin + 1, -1, word): [0.0]}
        waiting = list(found)
        while waiting:
            key = heapq.heappop(waiting)
            middle, _, first = key
            log = _log_sum(found[key])
            ends.setdefault(first, {})[middle] = log
            for symbol, weight, rest in self._beginning.get(first, ()):
                for end, more in of_row(rest, middle).items() if rest else ((middle, 0.0),):
                    later = (end, self._ranks[symbol], symbol)
                    if later not in found:
                        found[later] = []
                        heapq.heappush(waiting, later)
                    found[later].append(weight + log + more)

    def _ranks_of_symbols(self) -> dict[str, int]:
        """Returns numbers of the symbols: each has a greater one than those that it can be alone."""
        alone = {
            symbol: [right[0] for _, right in choices if len(right) == 1] for symbol, choices in self.rules.items()
        }
        return {symbol: rank for rank, symbol in enumerate(graphlib.TopologicalSorter(alone).static_order())}


def _log_sum(logs: Sequence[float]) -> float:
    """Returns the logarithm of the sum of numbers of these logarithms."""
    if len(logs) == 1:
        return logs[0]
    most = max(logs)
    return most + math.log(math.fsum(math.exp(log - most) for log in logs))
