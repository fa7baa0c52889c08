"""The embedded language: simple English sentences, with agreement in number and tense, relative clauses and negation.

Every rule is a function of a number (singular or plural) and of a tense (present or past), so that subjects agree with
their verbs and all verbs of a sentence have one tense. Words are short, because sentences have to fit into few
characters.
"""

import functools
import itertools

from gan_keras.data.sentences.grammar import Grammar

_Choices = list[tuple[float, tuple[str, ...]]]

FORMS = ("statement", "question", "negation")
TENSES = ("present", "past")
_NUMBERS = ("singular", "plural")

# Singular and plural.
_PEOPLE = (
    "boy/boys girl/girls man/men cook/cooks king/kings aunt/aunts uncle/uncles clown/clowns nurse/nurses pilot/pilots "
    "baker/bakers doctor/doctors farmer/farmers friend/friends guard/guards queen/queens singer/singers actor/actors "
    "sailor/sailors writer/writers teacher/teachers child/children woman/women twin/twins poet/poets judge/judges"
)
_ANIMALS = (
    "cat/cats dog/dogs cow/cows fox/foxes hen/hens pig/pigs rat/rats bee/bees owl/owls ant/ants bear/bears bird/birds "
    "duck/ducks frog/frogs goat/goats lion/lions mouse/mice wolf/wolves horse/horses snail/snails tiger/tigers "
    "crow/crows swan/swans seal/seals crab/crabs"
)
_THINGS = (
    "car/cars bus/buses key/keys map/maps pen/pens cup/cups hat/hats box/boxes bag/bags bed/beds ball/balls boat/boats "
    "book/books cake/cakes coin/coins door/doors lamp/lamps leaf/leaves shoe/shoes song/songs tree/trees ring/rings "
    "stone/stones chair/chairs table/tables apple/apples letter/letters window/windows bottle/bottles"
)
_NAMES = "anna ben carl dora emma finn greta hugo ida jack kim leo mia nora otto paul rosa sam tom vera"

# Base form, third person singular, past.
_SEE = (  # These take any object,
    "see/sees/saw like/likes/liked want/wants/wanted find/finds/found touch/touches/touched watch/watches/watched "
    "paint/paints/painted hide/hides/hid move/moves/moved miss/misses/missed carry/carries/carried wash/washes/washed "
    "draw/draws/drew hold/holds/held pull/pulls/pulled push/pushes/pushed need/needs/needed clean/cleans/cleaned"
)
_HELP = (  # these one that lives,
    "help/helps/helped meet/meets/met call/calls/called kiss/kisses/kissed chase/chases/chased follow/follows/followed "
    "feed/feeds/fed greet/greets/greeted scare/scares/scared visit/visits/visited wake/wakes/woke know/knows/knew "
    "thank/thanks/thanked tease/teases/teased"
)
_RUN = (  # these none.
    "run/runs/ran jump/jumps/jumped sleep/sleeps/slept sing/sings/sang wait/waits/waited smile/smiles/smiled "
    "dance/dances/danced swim/swims/swam fall/falls/fell rest/rests/rested play/plays/played hop/hops/hopped "
    "laugh/laughs/laughed yawn/yawns/yawned listen/listens/listened work/works/worked walk/walks/walked "
    "dream/dreams/dreamed"
)
_VERBS = {"see": _SEE, "help": _HELP, "run": _RUN}
_ADJECTIVES = (
    "old young big small red blue green black white happy sad tall short kind wild calm shy proud brave lazy quick "
    "slow loud quiet clever strong weak tired hungry busy dry wet warm cold clean dirty new rich poor round soft nice"
)
_ADVERBS = "again here there now alone often fast well today outside inside slowly loudly gladly"


@functools.cache
def grammar() -> Grammar:
    """Returns the grammar of the language; its start symbol is `sentence`."""
    rules: dict[str, _Choices] = {
        "sentence": [
            (weight, (f"{form} {tense}",))
            for (form, weight), tense in itertools.product(zip(FORMS, (2.0, 1.0, 1.0), strict=True), TENSES)
        ],
        "adjective": _words(_ADJECTIVES),
        "adverb": _words(_ADVERBS),
        "name": _words(_NAMES),
        "determiner singular": _weighted("the 5 one 2 this 1 that 1 my 1 her 1 every 1"),
        "determiner plural": _weighted("the 5 some 2 these 1 those 1 my 1 her 1 two 1 many 1"),
    }
    for place, number in enumerate(_NUMBERS):
        rules[f"living {number}"] = [(1.0, (forms[place],)) for forms in _forms(f"{_PEOPLE} {_ANIMALS}")]
        rules[f"thing {number}"] = [(1.0, (forms[place],)) for forms in _forms(_THINGS)]
    for kind, text in _VERBS.items():
        rules[f"{kind} base"] = [(1.0, (forms[0],)) for forms in _forms(text)]
    for number, tense in itertools.product(_NUMBERS, TENSES):
        rules |= _agreeing(number, tense)
    for tense in TENSES:
        rules |= _clauses(tense)
    return Grammar(rules, "sentence")


def _agreeing(number: str, tense: str) -> dict[str, _Choices]:
    """Returns the rules of noun phrases, and of verbs and predicates that agree with them."""
    suffix = f"{number} {tense}"
    column = 2 if tense == "past" else int(number == "singular")
    rules: dict[str, _Choices] = {
        f"{kind} {suffix}": [(1.0, (forms[column],)) for forms in _forms(text)] for kind, text in _VERBS.items()
    }
    rules[f"be {suffix}"] = [(1.0, ({"present": ("is", "are"), "past": ("was", "were")}[tense][number == "plural"],))]
    rules[f"do {suffix}"] = [(1.0, ("did" if tense == "past" else ("does", "do")[number == "plural"],))]
    rules[f"predicate {suffix}"] = [
        (1.0, (f"be {suffix}", "adjective")),
        *((weight, (f"{kind} {suffix}", *rest)) for weight, kind, rest in _after_verbs(tense)),
    ]
    for kind in ("living", "thing"):
        noun, determiner = f"{kind} {number}", f"determiner {number}"
        rules[f"{kind} phrase {suffix}"] = [
            (4.0, (determiner, noun)),
            (1.0, (determiner, "adjective", noun)),
            (2.5, (determiner, noun, f"{kind} clause {suffix}")),
        ]
    if number == "singular":
        rules[f"living phrase {suffix}"].append((2.0, ("name",)))
    else:
        rules[f"living phrase {suffix}"].append((1.0, (f"living {number}",)))

    def clause(verb: str) -> _Choices:
        return [(1.0, ("that", f"living phrase {other} {tense}", f"{verb} {other} {tense}")) for other in _NUMBERS]

    rules[f"thing clause {suffix}"] = clause("see")
    rules[f"living clause {suffix}"] = [(4.0, ("that", f"predicate {suffix}")), *clause("see"), *clause("help")]
    return rules


def _after_verbs(tense: str) -> list[tuple[float, str, tuple[str, ...]]]:
    """Returns what can follow which verbs: (weight, kind of verb, symbols)."""
    living = [f"living phrase {number} {tense}" for number in _NUMBERS]
    things = [f"thing phrase {number} {tense}" for number in _NUMBERS]
    return [
        (2.0, "run", ()),
        (1.0, "run", ("adverb",)),
        *((0.75, "see", (phrase,)) for phrase in living + things),
        *((0.75, "help", (phrase,)) for phrase in living),
    ]


def _clauses(tense: str) -> dict[str, _Choices]:
    """Returns the rules of the three forms of a sentence."""
    subjects = [
        (weight, kind, f"{kind} phrase {number} {tense}", f"{number} {tense}")
        for kind, weight in (("living", 3.0), ("thing", 1.0))
        for number in _NUMBERS
    ]
    statement: _Choices = []
    question: _Choices = [(1.0, ("who", f"predicate singular {tense}", "?"))]
    negation: _Choices = []
    for weight, kind, subject, suffix in subjects:
        statement.append((weight, (subject, f"be {suffix}", "adjective", ".")))
        question.append((weight, (f"be {suffix}", subject, "adjective", "?")))
        negation.append((weight, (subject, f"be {suffix}", "not", "adjective", ".")))
        if kind == "living":
            for share, verb, rest in _after_verbs(tense):
                statement.append((weight * share, (subject, f"{verb} {suffix}", *rest, ".")))
                question.append((weight * share, (f"do {suffix}", subject, f"{verb} base", *rest, "?")))
                negation.append((weight * share, (subject, f"do {suffix}", "not", f"{verb} base", *rest, ".")))
    return {f"statement {tense}": statement, f"question {tense}": question, f"negation {tense}": negation}


def _forms(text):
    """Returns the forms of each word of a list."""
    return [tuple(word.split("/")) for word in text.split()]


def _words(text):
    return [(1.0, (word,)) for word in text.split()]


def _weighted(text):
    parts = text.split()
    return [(float(weight), (word,)) for word, weight in zip(parts[::2], parts[1::2], strict=True)]


@functools.cache
def past_forms() -> frozenset[str]:
    """Returns the words that only sentences in the past have."""
    past = {forms[2] for text in _VERBS.values() for forms in _forms(text)}
    return frozenset(past | {"was", "were", "did"})
