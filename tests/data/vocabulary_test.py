"""Texts as numbers and back, in Python and in graphs."""

import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.data import sentences
from gan_keras.data import vocabulary as vocabularies
from tests.data.texts import TEXTS

CHARACTERS = vocabularies.of_symbols("ab .?", "characters")
WORDS = vocabularies.of_symbols(["no", ",", "it", "is", ".", "don't"], "words")


def test_the_end_is_number_0_and_the_symbols_are_sorted():
    assert CHARACTERS.symbols == ("", " ", ".", "?", "a", "b")
    assert WORDS.symbols == ("", ",", ".", "don't", "is", "it", "no")
    assert CHARACTERS.dtype is np.uint8
    assert vocabularies.of_symbols(map(str, range(300)), "words").dtype is np.uint16
    assert WORDS.joins == [0, 1, 1, 0, 0, 0, 0] and set(CHARACTERS.joins) == {3}


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


@pytest.mark.parametrize(("text", "words"), TEXTS.items())
def test_words_are_found_in_any_writing_and_put_together_again(text, words):
    found = vocabularies.tokens(text, "words")
    assert found == words.split(" | ")
    vocabulary, _ = vocabularies.of_texts([text], "words")
    numbers = vocabulary.encode(text, len(found) + 2)
    assert vocabulary.decode(numbers) == text
    (decoded,) = vocabulary.decode_all(tf.constant([numbers])).numpy()
    assert decoded.decode() == text


def test_words_without_a_grammar_are_the_same_text_in_python_and_in_a_graph():
    vocabulary = vocabularies.of_symbols(["a", "b", '"', "(", ")", ".", "'", "¿", "–", vocabularies.UNKNOWN], "words")
    numbers = np.random.default_rng(0).integers(0, len(vocabulary.symbols), (500, 12))
    texts = [vocabulary.decode(row) for row in numbers]
    assert [text.decode() for text in vocabulary.decode_all(tf.constant(numbers)).numpy()] == texts
    assert [vocabularies.tokens(text, "words") for text in texts] == [
        [vocabulary.symbols[number] for number in row[: np.append(row, 0).argmin()]] for row in numbers
    ]


def test_the_embedded_sentences_are_put_together_again():
    known = vocabularies.of_symbols(sentences.words(), "words")
    texts = [sentences.draw(index, 12, "words") for index in range(2000)]
    numbers = np.stack([known.encode(text, 12) for text in texts])
    assert [known.decode(row) for row in numbers] == texts
    assert [text.decode() for text in known.decode_all(tf.constant(numbers)).numpy()] == texts
    for text in texts:
        assert vocabularies.tokens(text, "words") == sentences.split(text)
