"""Texts as numbers: tokens, the vocabulary of a data set, and the way back. TensorFlow is imported only for tensors."""

import collections
import dataclasses
import functools
import re
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_keras import errors

END = ""
"""The symbol that ends a text which is shorter than its store's length; always number 0."""

UNKNOWN = "\ufffd"
"""The symbol in place of those that are too rare for the vocabulary."""

MOST_SYMBOLS = {"characters": 256, "words": 4096}
"""Largest vocabulary, by unit, with the end symbol."""

_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_ATTACHED = frozenset(".,;:!?)]}’'\"")
"""Words that follow the one before without a space."""


def tokens(text: str, unit: str) -> list[str]:
    """Returns the characters of a text, or its words: `"no, it is."` → `["no", ",", "it", "is", "."]`."""
    return list(text) if unit == "characters" else _WORD.findall(text)


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """The symbols of a data set, by number.

    Attributes:
        unit: `"characters"` or `"words"`.
        symbols: the symbols; the first is `END`.
    """

    unit: str
    symbols: tuple[str, ...]

    @property
    def dtype(self) -> type:
        """The smallest numpy type that holds all numbers: uint8 or uint16."""
        return np.uint8 if len(self.symbols) <= 256 else np.uint16

    def encode(self, text: str, length: int) -> np.ndarray | None:
        """Returns the numbers of a text's tokens, (length,), filled up with the end symbol; None if they are more."""
        found = tokens(text, self.unit)
        if len(found) > length:
            return None
        numbers, unknown = self._numbers, self._numbers.get(UNKNOWN)
        encoded: np.ndarray = np.zeros(length, self.dtype)
        for place, token in enumerate(found):
            number = numbers.get(token, unknown)
            if number is None:
                raise errors.UserError(f"'{token}' is not in the vocabulary: expected texts of the same data set")
            encoded[place] = number
        return encoded

    def decode(self, numbers: Sequence[int]) -> str:
        """Returns the text of numbers (L,), up to the first end symbol."""
        pieces, text = self.pieces, []
        for number in numbers:
            if not number:
                break
            text.append(pieces[number])
        return "".join(text).removeprefix(self._lead)

    def decode_all(self, numbers: Any) -> Any:
        """Returns the texts of a tensor of numbers (N, L), a string tensor (N,); as `decode`, in a graph."""
        import tensorflow as tf

        numbers = tf.cast(numbers, tf.int32)
        before_end = tf.cumsum(tf.cast(numbers == 0, tf.int32), axis=1) == 0
        pieces = tf.where(before_end, tf.gather(tf.constant(self.pieces), numbers), "")
        text = tf.strings.reduce_join(pieces, axis=1)
        return tf.strings.regex_replace(text, f"^{self._lead}", "") if self._lead else text

    @functools.cached_property
    def pieces(self) -> list[str]:
        """What each symbol adds to a text: itself, or a word with the space before it."""
        if self.unit == "characters":
            return list(self.symbols)
        return [symbol if symbol in _ATTACHED or symbol == END else f" {symbol}" for symbol in self.symbols]

    @property
    def _lead(self) -> str:
        """What stands before the first token of joined pieces."""
        return "" if self.unit == "characters" else " "

    @functools.cached_property
    def _numbers(self) -> dict[str, int]:
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    def to_json(self) -> dict[str, Any]:
        """Returns what JSON can hold; see `from_json`."""
        return {"unit": self.unit, "symbols": list(self.symbols)}


def from_json(stored: dict[str, Any]) -> Vocabulary:
    """Returns the `Vocabulary` that `to_json` made."""
    return Vocabulary(stored["unit"], tuple(stored["symbols"]))


def of_symbols(symbols: Iterable[str], unit: str) -> Vocabulary:
    """Returns the `Vocabulary` of symbols without `END`, in their sorted order."""
    return Vocabulary(unit, (END, *sorted(symbols)))


def of_texts(texts: Iterable[str], unit: str) -> tuple[Vocabulary, dict[str, int]]:
    """Returns the `Vocabulary` of texts, and how often each symbol that is too rare for it occurs.

    Args:
        texts: the texts.
        unit: `"characters"` or `"words"`.
    """
    counts: collections.Counter[str] = collections.Counter()
    for text in texts:
        counts.update(tokens(text, unit))
    most = MOST_SYMBOLS[unit] - 1  # Beside the end symbol.
    if len(counts) <= most:
        return of_symbols(counts, unit), {}
    ranked = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))
    kept, rare = ranked[: most - 1], ranked[most - 1 :]
    return of_symbols({*kept, UNKNOWN}, unit), {symbol: counts[symbol] for symbol in rare}
