"""Texts as numbers and back, in Python and in graphs."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.data import vocabulary as vocabularies

CHARACTERS = vocabularies.of_symbols("ab .?", "characters")
WORDS = vocabularies.of_symbols(["no", ",", "it", "is", ".", "don't"], "words")


def test_the_end_is_number_0_and_the_symbols_are_sorted():
    assert CHARACTERS.symbols == ("", " ", ".", "?", "a", "b")
    assert WORDS.symbols == ("", ",", ".", "don't", "is", "it", "no")
    assert CHARACTERS.dtype is np.uint8
    assert vocabularies.of_symbols(map(str, range(300)), "words").dtype is np.uint16


@pytest.mark.parametrize(
    ("vocabulary", "text", "numbers"),
    [
        (CHARACTERS, "ab. a?", [4, 5, 2, 1, 4, 3, 0, 0]),
        (CHARACTERS, "", [0] * 8),
        (CHARACTERS, "abababab", [4, 5] * 4),
        (WORDS, "no, it is.", [6, 1, 5, 4, 2, 0, 0, 0]),
        (WORDS, "it don't.", [5, 3, 2, 0, 0, 0, 0, 0]),
    ],
)
def test_texts_and_numbers(vocabulary, text, numbers):
    encoded = vocabulary.encode(text, 8)
    assert encoded.tolist() == numbers and encoded.dtype == vocabulary.dtype
    assert vocabulary.decode(encoded) == text
    (decoded,) = vocabulary.decode_all(tf.constant([numbers])).numpy()
    assert decoded.decode() == text


def test_what_follows_the_first_end_is_not_read():
    numbers = [4, 0, 5, 5]
    assert CHARACTERS.decode(numbers) == "a"
    assert CHARACTERS.decode_all(tf.constant([numbers])).numpy()[0] == b"a"


def test_a_text_that_is_too_long_has_no_numbers():
    assert CHARACTERS.encode("ababababa", 8) is None


def test_a_symbol_that_is_unknown_is_refused_unless_there_is_one_for_such():
    with pytest.raises(errors.UserError, match="^'c' is not in the vocabulary[^\n]*$"):
        CHARACTERS.encode("ac", 8)
    vocabulary = vocabularies.of_symbols(["a", vocabularies.UNKNOWN], "characters")
    assert vocabulary.decode(vocabulary.encode("aca", 3)) == "a\ufffda"


def test_the_vocabulary_of_texts_leaves_out_what_is_rarest(monkeypatch):
    monkeypatch.setitem(vocabularies.MOST_SYMBOLS, "characters", 4)
    assert vocabularies.of_texts(["aab", "b"], "characters") == (vocabularies.of_symbols("ab", "characters"), {})
    vocabulary, rare = vocabularies.of_texts(["aaabbcd", "d"], "characters")
    assert vocabulary.symbols == ("", "a", "b", vocabularies.UNKNOWN)
    assert rare == {"d": 2, "c": 1}


def test_it_survives_json():
    assert vocabularies.from_json(WORDS.to_json()) == WORDS


def test_words_are_found_in_any_writing():
    assert vocabularies.tokens("L’été n'est-il (pas) 3,5?", "words") == [
        "L’été",
        "n'est-il",
        "(",
        "pas",
        ")",
        "3",
        ",",
        "5",
        "?",
    ]
