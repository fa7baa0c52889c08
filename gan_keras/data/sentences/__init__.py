"""The embedded sentences: each a function of its index, with labels, and a parser that knows their probabilities."""

import functools
import re

import numpy as np

from gan_keras import errors
from gan_keras.data.sentences import english

TRAIN_COUNT, TEST_COUNT = 50_000, 5_000
"""Sentences 0 … 49 999 are for training, the next 5 000 for tests."""

SHORTEST_LENGTHS = {"characters": 16, "words": 5}
"""No shorter limit leaves enough sentences."""

COLUMNS = {"form": list(english.FORMS), "tense": list(english.TENSES)}
"""Label columns and the names of their values."""

_SENTENCE = re.compile(r"[a-z]+( [a-z]+)*[.?]")


def draw(index: int, length: int = 32, unit: str = "characters") -> str:
    """Returns a sentence of at most so many characters or words, such as `did the cats sleep?`.

    Longer ones are drawn again: the language is that of the grammar, cut off at this length. The mark at the end counts
    as a word.

    Args:
        index: of the sentence, 0 or more.
        length: at least 16 characters or 5 words.
        unit: `"characters"` or `"words"`.

    Raises:
        UserError: the index is negative, or the length too short.
    """
    if index < 0:
        raise errors.UserError(f"sentence {index}: expected an index from 0")
    if length < SHORTEST_LENGTHS[unit]:
        raise errors.UserError(f"length {length}: expected at least {SHORTEST_LENGTHS[unit]} {unit}")
    random = np.random.Generator(np.random.Philox(key=[index, 0]))
    while True:
        found = english.grammar().sample(random)
        text = join(found)
        if (len(text) if unit == "characters" else len(found)) <= length:
            return text


def words() -> list[str]:
    """Returns all words of the language, with the full stop and the question mark, sorted."""
    return english.grammar().words


def join(words: list[str]) -> str:
    """Returns the text of words, the last of which is a full stop or a question mark."""
    return " ".join(words[:-1]) + words[-1]


def split(text: str) -> list[str] | None:
    """Returns the words of a text as `join` writes it; None for any other text."""
    if not _SENTENCE.fullmatch(text):
        return None
    return [*text[:-1].split(" "), text[-1]]


def log_probability(text: str) -> float:
    """Returns the natural logarithm of a sentence's probability under the grammar; minus infinity if it is no sentence.

    That of a sentence among those of at most n characters is greater by a constant for each n.
    """
    words = split(text)
    return -np.inf if words is None else _log_probability(tuple(words))


@functools.lru_cache(100_000)
def _log_probability(words):
    return english.grammar().log_probability(words)


def labels(text: str) -> tuple[int, int]:
    """Returns form and tense of a sentence, as indices into `COLUMNS`, from its surface alone.

    A question ends in a question mark; a negation has the word `not`; a sentence is in the past if it has a form of the
    past.
    """
    words = re.findall("[a-z]+", text)
    form = "question" if text.endswith("?") else "negation" if "not" in words else "statement"
    tense = "past" if english.past_forms() & set(words) else "present"
    return COLUMNS["form"].index(form), COLUMNS["tense"].index(tense)
