"""Grammars: what they draw they parse, and their probabilities are those of counting by hand."""

import graphlib
import itertools
import math

import numpy as np
import pytest

from gan_keras.data.sentences.grammar import Grammar

SMALL = Grammar(
    {
        "s": [(3, ("np", "vp", ".")), (1, ("np", "and", "np", "vp", "."))],
        "np": [(2, ("cats",)), (1, ("dogs",)), (1, ("cats", "that", "vp"))],
        "vp": [(1, ("run",)), (1, ("see", "np"))],
    },
    "s",
)


def test_probabilities_by_hand():
    assert SMALL.log_probability("cats run .".split()) == pytest.approx(math.log(3 / 4 * 1 / 2 * 1 / 2))
    assert SMALL.log_probability("dogs and cats see dogs .".split()) == pytest.approx(
        math.log(1 / 4 * 1 / 4 * 1 / 2 * 1 / 2 * 1 / 4)
    )
    assert SMALL.log_probability("cats that run run .".split()) == pytest.approx(
        math.log(3 / 4 * 1 / 4 * 1 / 2 * 1 / 2)
    )
    for text in ("", "cats", "cats run", "run cats .", "cats run . .", "cats that run .", "cats see see ."):
        assert SMALL.log_probability(text.split()) == -math.inf


def test_probabilities_of_several_derivations_are_added():
    ambiguous = Grammar({"s": [(1, ("s", "s")), (3, ("a",))]}, "s")
    # Three words: two ways to put the brackets.
    assert ambiguous.log_probability("aaa") == pytest.approx(math.log(2 * (1 / 4) ** 2 * (3 / 4) ** 3))


def test_long_and_deep_sentences_have_their_probability():
    ambiguous = Grammar({"s": [(1, ("s", "s")), (3, ("a",))]}, "s")
    # As many ways to put the brackets as the Catalan number.
    expected = math.log(math.comb(118, 59) // 60) + 59 * math.log(1 / 4) + 60 * math.log(3 / 4)
    assert ambiguous.log_probability("a" * 60) == pytest.approx(expected, rel=1e-12)
    nested = Grammar({"s": [(1, ("a",)), (3, ("a", "s", "b"))]}, "s")
    for depth in (3, 2000):  # The probability itself would be 0 as a float.
        words = "a" * (depth + 1) + "b" * depth
        assert nested.log_probability(words) == pytest.approx(math.log(1 / 4) + depth * math.log(3 / 4), rel=1e-12)
        assert nested.log_probability(words + "b") == -math.inf
    chain = [math.exp(SMALL.log_probability([*(["cats", "that", "see"] * n), *"dogs run .".split()])) for n in (0, 1)]
    text = ["cats", "that", "see"] * 300 + "dogs run .".split()
    expected = math.log(chain[0]) + 300 * math.log(chain[1] / chain[0])
    assert SMALL.log_probability(text) == pytest.approx(expected, rel=1e-12)


def test_the_name_of_a_symbol_is_no_word():
    assert SMALL.log_probability(["np", "run", "."]) == -math.inf
    assert SMALL.log_probability(["s"]) == -math.inf


def test_a_cycle_of_single_symbols_is_found_early():
    with pytest.raises(graphlib.CycleError):
        Grammar({"s": [(1, ("t",)), (1, ("a",))], "t": [(1, ("s",))]}, "s")


def test_all_sentences_of_a_finite_grammar_add_up_to_1():
    finite = Grammar(
        {
            "s": [(5, ("np", "vp")), (2, ("do", "np", "v")), (1, ("np", "pp", "vp"))],
            "np": [(3, ("d", "n")), (1, ("n",)), (1, ("d", "n", "pp"))],
            "pp": [(1, ("in", "n")), (2, ("in", "d", "n"))],
            "vp": [(1, ("v",)), (1, ("v", "np"))],
            "d": [(1, ("the",)), (2, ("one",))],
            "n": [(1, ("cat",)), (1, ("in",))],
            "v": [(7, ("sees",)), (1, ("cat",))],
        },
        "s",
    )
    total = math.fsum(
        math.exp(finite.log_probability(words)) for length in range(1, 15) for words in _sentences(finite, length)
    )
    assert abs(total - 1) < 1e-9


def _sentences(grammar, length):
    """Returns all distinct sentences of a length."""

    def expand(symbols, budget):
        if not symbols:
            return {()} if budget == 0 else set()
        first, rest = symbols[0], symbols[1:]
        if budget < len(symbols):
            return set()
        if first not in grammar.rules:
            return {(first, *more) for more in expand(rest, budget - 1)}
        return set(itertools.chain(*(expand((*right, *rest), budget) for _, right in grammar.rules[first])))

    return expand((grammar.start,), length)


def test_frequencies_are_the_probabilities():
    random = np.random.default_rng(0)
    drawn = [" ".join(SMALL.sample(random)) for _ in range(4000)]
    for text in ("cats run .", "dogs run .", "cats see cats ."):
        expected = math.exp(SMALL.log_probability(text.split()))
        assert abs(drawn.count(text) / 4000 - expected) < 4 * (expected / 4000) ** 0.5
    assert all(SMALL.log_probability(text.split()) > -math.inf for text in drawn)
