"""The table of rules: each row refuses what it names in one line, and nothing else refuses it."""

import pytest

from gan_keras import config as configs
from gan_keras import errors
from gan_keras.config import fields
from gan_keras.config import recipes
from gan_keras.config import rule_table
from gan_keras.config import rules
from gan_keras.config import schema

FOLDER = {"dataset": "folder:photos"}
LABELS = {"labels": "auto"}
AVATARS = {"dataset": "avatars", "architecture": "mlp"}
SENTENCES = {"dataset": "sentences", "architecture": "characters"}
MULTI = LABELS | {"label_encoding": "multi"}
LAYER = {"normalization": "layer"}

REFUSED = [
    # recipe, settings, message; and settings that make it valid
    ("dcgan", {"data_dir": "/data"}, "data_dir=/data: would have no effect: only data sets", {"dataset": "celeb_a"}),
    ("dcgan", {"crop": 100}, "crop=100: would have no effect: avatars are drawn", FOLDER),
    ("dcgan", {"label_encoding": "multi"}, "label_encoding=multi: would have no effect: it needs --labels", LABELS),
    ("sentences", {"resolution": 32}, "resolution=32: would have no effect: a text has no pixels", AVATARS),
    ("sentences", {"crop": 32}, "crop=32: would have no effect: a text has no pixels", AVATARS | FOLDER),
    ("sentences", {"flip": True}, "flip=True: would have no effect: a text cannot be mirrored", AVATARS),
    ("dcgan", {"length": 32}, "length=32: would have no effect: only texts have it", SENTENCES),
    ("dcgan", {"vocabulary": "words"}, "vocabulary=words: would have no effect: only texts have it", SENTENCES),
    (
        "dcgan",
        {"relaxation": "gumbel"},
        "relaxation=gumbel: would have no effect: only a generator of texts",
        SENTENCES,
    ),
    ("dcgan", {"dataset": "sentences"}, "--dataset=sentences has other samples than this architecture", SENTENCES),
    ("sentences", {"dataset": "avatars"}, "--dataset=avatars has other samples than this architecture", AVATARS),
    ("dcgan", {"augment": "ada"} | SENTENCES, "augment=ada: only images are augmented", {"augment": "none"}),
    (
        "sentences",
        {"relaxation": "gumbel", "latents": "normal"},
        "its noise is made of latents",
        {"latents": "uniform"},
    ),
    (
        "r3gan",
        {"activation": "relu"},
        "activation=relu: would have no effect: the architecture r3gan",
        {"architecture": "dcgan"},
    ),
    (
        "gan",
        {"normalization": "layer"},
        "normalization=layer: would have no effect: the architecture mlp",
        {"architecture": "dcgan"},
    ),
    (
        "dcgan",
        {"spectral_normalization": True},
        "spectral_normalization=True: would have no effect",
        {"architecture": "resnet"},
    ),
    (
        "dcgan",
        {"attention": True},
        "attention=True: would have no effect: only --architecture=resnet",
        {"architecture": "resnet"},
    ),
    (
        "dcgan",
        {"preset": "small"},
        "preset=small: would have no effect: only --architecture=r3gan",
        {"architecture": "r3gan"},
    ),
    (
        "dcgan",
        {"generator_conditioning": "concat"},
        "generator_conditioning=concat: would have no effect: it needs --labels",
        LABELS,
    ),
    (
        "r3gan",
        LABELS | {"generator_conditioning": "concat"},
        "generator_conditioning=concat: would have no effect",
        {"architecture": "dcgan"},
    ),
    (
        "dcgan",
        {"discriminator_conditioning": "projection"},
        "discriminator_conditioning=projection: would have no effect",
        LABELS,
    ),
    (
        "r3gan",
        {"sync_batch_norm": True},
        "sync_batch_norm=True: would have no effect: the architecture r3gan",
        {"architecture": "dcgan"},
    ),
    (
        "dcgan",
        {"penalty_interval": 4} | LAYER,
        "penalty_interval=4: would have no effect: it needs --r1 or --r2",
        {"r2": 1},
    ),
    (
        "dcgan",
        {"penalty_noise": 0.1},
        "penalty_noise=0.1: would have no effect: it needs --r1 or --r2",
        {"r2": 1} | LAYER,
    ),
    ("r3gan", {"san": True}, "san=True: would have no effect", {"architecture": "resnet"}),
    (
        "dcgan",
        {"san": True, "discriminator_conditioning": "projection"} | LABELS,
        "san=True: projection adds to the logit",
        {"discriminator_conditioning": "concat"},
    ),
    ("dcgan", {"clip_variables": "all"}, "clip_variables=all: would have no effect: it needs --clip", {"clip": 0.1}),
    (
        "dcgan",
        {"classification": 1.0} | LABELS,
        "classification=1.0: would have no effect: it needs a D that names classes",
        {"discriminator_conditioning": "classifier"},
    ),
    (
        "dcgan",
        {"augment_probability": "0.5"},
        "augment_probability=0.5: would have no effect: it needs an augmentation",
        {"augment": "ada"},
    ),
    ("wgan", {"beta_1": 0.5}, "beta_1=0.5: would have no effect: only --optimizer=adam", {"optimizer": "adam"}),
    ("wgan", {"beta_2": 0.9}, "beta_2=0.9: would have no effect: only --optimizer=adam", {"optimizer": "adam"}),
    ("dcgan", {"rho": 0.9}, "rho=0.9: would have no effect: only --optimizer=rmsprop", {"optimizer": "rmsprop"}),
    (
        "dcgan",
        {"schedule_images": 100},
        "schedule_images=100: would have no effect: no setting is a schedule",
        {"lecam": "linear:0:1"},
    ),
    (
        "dcgan",
        {"schedule_images": 100, "lecam": "linear:0:1:50"},
        "schedule_images=100: would have no effect",
        {"augment": "ada", "augment_probability": "linear:0:1"},
    ),
    (
        "dcgan",
        {"logical_cpus": 2, "strategy": "one_device"},
        "logical_cpus=2: would have no effect",
        {"strategy": "mirrored"},
    ),
    (
        "dcgan",
        {"activation": "maxout"},
        "activation=maxout: the architecture dcgan does not have it",
        {"activation": "leaky_relu"},
    ),
    ("gan", {"activation": "relu"}, "activation=relu: the architecture mlp does not have it", {"activation": "maxout"}),
    ("dcgan_paper", LABELS, "labels=auto: the architecture dcgan_paper takes no labels", {"architecture": "dcgan"}),
    (
        "dcgan",
        MULTI | {"generator_conditioning": "batch_norm"},
        "generator_conditioning=batch_norm: --label_encoding=multi",
        {"label_encoding": "joint"},
    ),
    (
        "acgan",
        MULTI | {"generator_conditioning": "concat"},
        "discriminator_conditioning=classifier: --label_encoding=multi",
        {"discriminator_conditioning": "concat"},
    ),
    (
        "acgan",
        {"classification": 0.0},
        "discriminator_conditioning=classifier: an auxiliary classifier learns nothing",
        {"classification": 0.5},
    ),
    (
        "dcgan",
        {"gradient_penalty": 10},
        r"gradient_penalty=10: it bounds D's slope at one image, and batch normalization in D "
        r"\(--normalization=batch\)",
        LAYER,
    ),
    ("dcgan_paper", {"dragan": 10}, "dragan=10: it bounds D's slope at one image", {"architecture": "resnet"}),
    ("resnet_batch", {"dragan": 10}, "dragan=10: it bounds D's slope at one image", {"normalization": "spectral"}),
    ("dcgan", {"r1": 1, "penalty_interval": 4}, "penalty_interval=4: replicas share the statistics", LAYER),
    (
        "dcgan",
        {"augment": "ada", "augment_probability": "1.5"},
        r"augment_probability=1.5: expected adaptive, or numbers in \[0, 1\]",
        {"augment_probability": "0.5"},
    ),
    (
        "dcgan",
        {"augment": "ada", "augment_probability": "often"},
        "'often' is not a schedule",
        {"augment_probability": "adaptive"},
    ),
    (
        "wgan",
        {"augment": "ada"},
        "augment_probability=adaptive: adaptive augmentation reads the sign .* wasserstein",
        {"augment": "diffaugment"},
    ),
    (
        "r3gan",
        {"augment": "ada"},
        "augment_probability=adaptive: .* relativistic_pairing",
        {"augment_probability": "cosine:0:0.5"},
    ),
    (
        "dcgan",
        {"metric": "none", "evaluate_images": 10},
        "evaluate_images=10: would have no effect: --metric=none measures nothing",
        {"metric": "swd2k"},
    ),
    ("dcgan", {"metric": "none", "patience_images": 10}, "patience_images=10: would have no", {"metric": "swd2k"}),
    (
        "sentences",
        {"metric": "mind2k"},
        "metric=mind2k: --dataset=sentences has other samples than this metric compares",
        {"metric": "js4"},
    ),
    (
        "dcgan",
        {"metric": "js4"},
        "metric=js4: --dataset=avatars has other samples than this metric compares",
        {"metric": "swd2k"},
    ),
    (
        "sentences",
        {"features": "classifier"},
        "features=classifier: would have no effect: texts are compared by themselves",
        {"features": None},
    ),
    (
        "dcgan",
        {"metric": "swd2k", "features": "classifier"},
        "features=classifier: would have no effect: --metric=swd2k compares no features",
        {"metric": "mind2k"},
    ),
    (
        "dcgan",
        {"metric": "fid10k", "features": "classifier"},
        "features=classifier: fid10k is defined on the features of Inception",
        {"features": "inception:clean"},
    ),
    ("dcgan", {"features": "lite0:a", "features_size": 64}, "features_size=64: would have", {"features": "a.keras"}),
    ("dcgan", {"features": "keras:A", "features_range": "0,1"}, "features_range=0,1: would", {"features": "a.keras"}),
    ("dcgan", {"features_output": "a"}, "features_output=a: would have no effect", {"features": "a.tflite"}),
    (
        "dcgan",
        {"inception_weights": "a.pb"},
        "inception_weights=a.pb: would have no effect: it needs the features of Inception",
        {"metric": "fid10k"},
    ),
]


def overridden(recipe, settings):
    if recipe == "resnet_batch":
        return configs.recipe("dcgan", architecture="resnet", **{"normalization": "batch"} | settings)
    return configs.recipe(recipe, **settings)


@pytest.mark.parametrize(("recipe", "settings", "message", "mended"), REFUSED)
def test_a_combination_is_refused_and_its_repair_is_not(recipe, settings, message, mended):
    with pytest.raises(errors.UserError, match=message) as refused:
        overridden(recipe, settings)
    assert "\n" not in str(refused.value)
    overridden(recipe, settings | mended)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"holdout": 0.1, "own_test_split": True}, "holdout=0.1: would have no effect: this data set has a test split"),
        (
            {"batch_size": 21, "training_images": 20, "dataset": "folder:a"},
            "batch_size=21: it is larger than the data: folder:a has 20",
        ),
        (
            {"batch_size": 8, "replicas": 1, "accumulation": 3},
            "batch_size=8: it cannot be shared by 1 devices with 3 micro-batches",
        ),
        (
            {"batch_size": 8, "replicas": 3, "accumulation": 1},
            "batch_size=8: it cannot be shared by 3 devices with 1 micro",
        ),
        ({"jit": True, "replicas": 2}, "jit=True: XLA compiles for one device, and this run has 2"),
        ({"gradient_penalty": 1.0, "discriminator_batch_norm": "bn"}, r"gradient_penalty=1.0: .* in D \(bn\)"),
        ({"classification": 1.0, "discriminator_outputs": ["logits"]}, "classification=1.0: it needs a D that returns"),
        ({"classification": None, "discriminator_outputs": ["class_logits", "logits"]}, "no term of the loss uses all"),
        (
            {"classification": 1.0, "discriminator_outputs": ["a", "class_logits", "logits"]},
            "no term of the loss uses all",
        ),
        ({"classification": None, "discriminator_outputs": ["keras_tensor"]}, "expected logits"),
    ],
)
def test_facts_of_data_devices_and_networks(facts, message):
    with pytest.raises(errors.UserError, match=message):
        rules.check(facts)


def test_facts_that_fit_are_not_refused():
    rules.check({"holdout": 0.1, "own_test_split": False})
    rules.check({"batch_size": 12, "training_images": 12, "replicas": 2, "accumulation": 3, "dataset": "folder:a"})
    rules.check({"classification": 1.0, "discriminator_outputs": ["class_logits", "logits"]})


def test_every_rule_has_a_case():
    """A rule that no case above applies to would be a rule that nothing checks."""
    covered = set()
    for recipe, settings, _, _ in REFUSED:
        base = configs.recipe("dcgan", architecture="resnet") if recipe == "resnet_batch" else recipes.RECIPES[recipe]
        if "often" in settings.values():
            continue  # It is no probability at all.
        values = schema.flat(base) | {name: fields.check(declared()[name], value) for name, value in settings.items()}
        values = rules.Settings(rules.settle(values, set(settings)))
        covered |= {number for number, rule in enumerate(rules.RULES) if rules._applies(rule.refused, values)}
    missing = [rule.setting for number, rule in enumerate(rules.RULES) if number not in covered]
    of_facts = [
        "holdout",
        "classification",
        "discriminator_outputs",
        "discriminator_outputs",
        "batch_size",
        "batch_size",
        "jit",
    ]
    assert sorted(missing) == sorted(of_facts)


def declared():
    return {field.name: field for _, field in schema.leaves()}


def test_rules_ask_only_for_settings_and_facts_that_exist():
    known = {name: None for name in declared()} | dict.fromkeys(rule_table.FACTS)
    asked = set()

    class Recorder(rules.Settings):
        def __getattr__(self, name):
            if not name.startswith("_"):
                asked.add(name)
            return super().__getattr__(name)

    for name in recipes.RECIPES:
        values = schema.flat(recipes.RECIPES[name]) | {
            "discriminator_outputs": ["logits"], "replicas": 1, "training_images": 100, "own_test_split": False,
        }  # fmt: skip
        for rule in rules.RULES:
            rule.refused(Recorder(values))
            rule.reason.format(**known)
    assert asked <= known.keys()


def test_what_a_recipe_says_is_dropped_with_the_choice_it_belonged_to():
    game = configs.recipe("wgan", optimizer="adam").game
    assert (game.rho, game.beta_1, game.beta_2.start, game.clip_variables) == (None, 0.5, 0.999, "kernels")
    game = configs.recipe("wgan_gp", optimizer="rmsprop").game
    assert (game.rho, game.beta_1, game.beta_2) == (0.99, None, None)
    assert configs.recipe("wgan", clip=0.0).game.clip_variables is None
    game = configs.recipe("acgan", discriminator_conditioning="projection").game
    assert (game.classification, game.discriminator_conditioning) == (None, "projection")
    config = configs.recipe("cdcgan", labels=None)
    assert (config.data.label_encoding, config.game.generator_conditioning) == (None, None)
    assert configs.recipe("r3gan", r1=0, r2=0).game.penalty_interval is None
    with pytest.raises(errors.UserError, match="rho=0.9: would have no effect"):
        configs.recipe("wgan", optimizer="adam", rho=0.9)  # What the user says is refused.


def test_defaults_come_from_the_choice_they_belong_to():
    config = configs.recipe("dcgan", labels="Smiling,Male", label_encoding="multi", architecture="resnet")
    assert config.game.generator_conditioning == "concat"
    assert configs.recipe("dcgan", labels="auto").data.label_encoding == "joint"
    game = configs.recipe("dcgan", labels="auto", discriminator_conditioning="classifier").game
    assert game.classification == 1.0
    assert configs.recipe("dcgan", r1=1).game.penalty_interval == 1
    assert configs.recipe("dcgan", augment="diffaugment").game.augment_probability == "1"
    assert configs.recipe("dcgan", augment="ada").game.augment_probability == "adaptive"


def test_a_folder_that_is_called_like_a_text_is_one_of_images():
    assert configs.override(recipes.recipe("dcgan"), dataset="folder:pictures.txt", resolution=32).data.resolution == 32
    with pytest.raises(errors.UserError, match="a text has no pixels|other samples than this architecture"):
        configs.override(recipes.recipe("dcgan"), dataset="lines.txt", resolution=32)
