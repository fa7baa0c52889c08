"""Texts as numbers: tokens, the vocabulary of a data set, and the way back. TensorFlow is imported only for tensors."""

import collections
import dataclasses
import functools
import re
import unicodedata
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

PREVIOUS, NEXT, BOTH, ALTERNATELY = 1, 2, 3, 4
"""Which neighbours of a symbol stand beside it without a space; 0: none. Alternately: the next one of the first such
symbol of a text, the previous one of the second, and so on, as plain quotes open and close."""

_MARK = "\u0300"
_JOINERS = "\u200c\u200d"
_LETTER = rf"[\w{_MARK}]"
_WORD = re.compile(rf"{_LETTER}+(?:(?:['’-]|(?<=\d)[.,:](?=\d)){_LETTER}+)*|[^\w\s]{_MARK}*")
_OPENING = "¿¡"
_CLOSING = ".,;:!?…%'’।॥،؛؟۔。、，！？：；"
"""Beside brackets and quotes, which Unicode tells apart."""


class _OneMark(dict[int, int]):
    """For `str.translate`: all combining marks and joiners of letters become one, which a pattern can name."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        is_mark = unicodedata.category(character).startswith("M") or character in _JOINERS
        self[code] = ord(_MARK) if is_mark else code
        return self[code]


_ONE_MARK = _OneMark()


def tokens(text: str, unit: str) -> list[str]:
    """Returns the characters of a text, or its words: `"no, it's 12.5."` → `["no", ",", "it's", "12.5", "."]`.

    A word has letters of any script with their combining marks, digits, and `'`, `’` and `-` within; a number also has
    `.`, `,` and `:` between digits. Every other character that is no white space is a word of its own.
    """
    if unit == "characters":
        return list(text)
    return [text[slice(*found.span())] for found in _WORD.finditer(text.translate(_ONE_MARK))]


def _joins(word: str) -> int:
    """Returns which neighbours a word stands beside without a space."""
    if word == END:
        return 0
    first, category = word[0], unicodedata.category(word[0])
    if first == '"':
        return ALTERNATELY
    if first in _CLOSING or category in ("Pe", "Pf"):
        return PREVIOUS
    return NEXT if first in _OPENING or category in ("Ps", "Pi") else 0


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
        """Returns the text of numbers (L,), up to the first end symbol.

        Between words is a space, but for those that `joins` says. `decode_all` and the web page follow the same rule.
        """
        text, joined, opens = "", True, False
        for number in numbers:
            if not number:
                break
            joins = self.joins[number]
            if joins == ALTERNATELY:
                opens = not opens
                joins = NEXT if opens else PREVIOUS
            text += self.symbols[number] if joined or joins & PREVIOUS else f" {self.symbols[number]}"
            joined = bool(joins & NEXT)
        return text

    def decode_all(self, numbers: Any) -> Any:
        """Returns the texts of a tensor of numbers (N, L), a string tensor (N,); as `decode`, in a graph."""
        import tensorflow as tf

        numbers = tf.cast(numbers, tf.int32)
        before_end = tf.cumsum(tf.cast(numbers == 0, tf.int32), axis=1) == 0
        joins = tf.gather(tf.constant(self.joins), numbers)
        alternates = joins == ALTERNATELY
        opens = tf.cumsum(tf.cast(alternates, tf.int32), axis=1) % 2 == 1
        joins = tf.where(alternates, tf.where(opens, NEXT, PREVIOUS), joins)
        of_previous = tf.pad(joins[:, :-1], [[0, 0], [1, 0]], constant_values=BOTH)
        spaces = tf.where((of_previous & NEXT) | (joins & PREVIOUS) > 0, "", " ")
        pieces = tf.where(before_end, spaces + tf.gather(tf.constant(self.symbols), numbers), "")
        return tf.strings.reduce_join(pieces, axis=1)

    @functools.cached_property
    def joins(self) -> list[int]:
        """Which neighbours each symbol stands beside without a space, by number: 0, `PREVIOUS`, `NEXT`, ….

        Closing brackets, `'`, `’` and marks such as `.`, `,` and `?` stand beside the word before; opening ones beside
        the word after; plain quotes, `"`, alternately; characters beside both.
        """
        return [BOTH if self.unit == "characters" else _joins(symbol) for symbol in self.symbols]

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
