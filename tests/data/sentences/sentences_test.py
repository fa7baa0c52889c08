"""The embedded sentences: functions of their index, all in the language, with the labels that one reads off them."""

import math

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.data import sentences
from gan_keras.data.sentences import english

SOME = [sentences.draw(index) for index in range(2000)]


def test_a_sentence_is_the_same_whenever_it_is_drawn():
    assert [sentences.draw(index) for index in (3, 0, 3)] == [SOME[3], SOME[0], SOME[3]]
    assert all(len(text) <= 32 for text in SOME) and len({*SOME}) > 1900


def test_every_sentence_parses_and_joins_again():
    for text in SOME[:500]:
        assert sentences.join(sentences.split(text)) == text
        assert -80 < sentences.log_probability(text) < 0


@pytest.mark.parametrize(
    ("good", "wrong"),
    [
        ("the cat sleeps.", "the cat sleep."),  # number of the subject
        ("the cats were old.", "the cats was old."),  # number of a form of be
        ("the dog that ran saw leo.", "the dog that runs saw leo."),  # tense of the clause
        ("does leo sing?", "does leo sings?"),  # base form after do
        ("leo does not sing.", "leo not sing."),  # a negation without do
        ("is the box red?", "is the box red."),  # a question with a full stop
        ("this owl sees mia.", "these owl sees mia."),  # number of the determiner
        ("the old man ran.", "the man old ran."),  # place of the adjective
        ("the girl that anna met fell.", "the girl that met anna fell that."),  # a clause that does not end
        ("leo helps the cook.", "leo helps the cup."),  # an object that lives
        ("the cat sleeps.", "the  cat sleeps."),  # two spaces
        ("the cat sleeps.", "The cat sleeps."),  # a capital letter
        ("the cat sleeps.", "the cat sleeps"),  # no full stop
        ("the cat sleeps.", "the cut sleeps."),  # a word that does not exist
    ],
)
def test_ten_kinds_of_errors_and_more_are_found(good, wrong):
    assert sentences.log_probability(good) > -math.inf
    assert sentences.log_probability(wrong) == -math.inf


def test_long_texts_are_parsed_as_well():
    texts = ["the cat " + "that helps the cat " * count for count in (10, 11, 45, 200)]
    assert all(sentences.log_probability(f"{text}that helps the cat.") == -math.inf for text in texts)
    found = [sentences.log_probability(f"{text}sleeps.") for text in texts]
    each = found[1] - found[0]  # What one more clause costs.
    assert -20 < each < -2
    assert found[2:] == pytest.approx([found[0] + 35 * each, found[0] + 190 * each], rel=1e-10)


def test_labels_are_read_off_the_surface_and_agree_with_the_grammar():
    grammar = english.grammar()
    for text in SOME[:400]:
        form, tense = sentences.labels(text)
        symbol = f"{english.FORMS[form]} {english.TENSES[tense]}"
        of_class = grammar.log_probability(sentences.split(text), symbol)
        others = [
            grammar.log_probability(sentences.split(text), f"{other} {time}")
            for other in english.FORMS
            for time in english.TENSES
            if f"{other} {time}" != symbol
        ]
        assert of_class > -math.inf and max(others) == -math.inf, text


def test_every_class_and_every_construction_is_common():
    found = np.array([sentences.labels(text) for text in SOME])
    for column, names in enumerate(sentences.COLUMNS.values()):
        assert np.bincount(found[:, column], minlength=len(names)).min() > 300
    assert sum("that" in text.split()[2:] for text in SOME) > 60


def test_words_are_few_hundred_and_of_small_letters():
    words = english.grammar().words
    assert 300 < len(words) < 600 and all(word.isascii() and (word.islower() or word in ".?") for word in words)


def test_bad_arguments_are_refused():
    with pytest.raises(errors.UserError, match="sentence -1: expected an index from 0"):
        sentences.draw(-1)
    with pytest.raises(errors.UserError, match="length 10: expected at least 16"):
        sentences.draw(0, 10)
