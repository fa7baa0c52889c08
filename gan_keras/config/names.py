"""The names that settings can take, each written once, for code that must not load Keras or TensorFlow.

The modules that implement a name check that they implement exactly these.
"""

# Each is a module of `gan_keras.networks`.
ARCHITECTURES = ("mlp", "dcgan", "dcgan_paper", "resnet", "r3gan", "characters")
TEXT_ARCHITECTURES = ("characters",)  # All others are of images.

LOSSES_WITH_THRESHOLD = ("minimax", "non_saturating", "least_squares", "hinge")
"""Losses under which a logit of a known value means "undecided"."""

LOSSES = (*LOSSES_WITH_THRESHOLD, "wasserstein", "relativistic_average", "relativistic_pairing")

AUGMENTATIONS = ("diffaugment", "ada")  # Each is a module of `gan_keras.augment`.
CLIPPED_VARIABLES = ("all", "kernels")
DISCRIMINATOR_CONDITIONINGS = ("concat", "projection", "classifier")
GENERATOR_CONDITIONINGS = ("concat", "batch_norm")
LABEL_ENCODINGS = ("joint", "multi")
LATENT_DISTRIBUTIONS = ("uniform", "normal")
NORMALIZATIONS = ("batch", "layer", "none", "spectral")
OPTIMIZERS = ("adam", "rmsprop")
ON_COLLAPSE = ("rollback", "stop", "ignore")
FEATURES = ("classifier", "inception", "squeezenet", "lite0", "keras")
"""Networks whose features metrics compare, before the colon of `--features`; anything else is the path of a model."""
FEATURE_METRICS = ("frechet2k", "mind2k", "kid2k", "prdc10k")  # On any features; lower is better, but for prdc10k.
INCEPTION_METRICS = ("fid10k", "fid50k", "inception_score")  # On the features of the original FID only.
PIXEL_METRICS = ("swd2k", "diversity", "nearest")
CLASS_METRICS = ("asked_class", "modes")  # On what the classifier names.
TEXT_METRICS = ("js1", "js2", "js3", "js4", "parsed", "unique", "novel", "nll")
METRICS = (*INCEPTION_METRICS, *FEATURE_METRICS, *PIXEL_METRICS, *CLASS_METRICS, *TEXT_METRICS)
"""Metrics of generated samples; the name fixes the protocol. Each is an entry of `gan_keras.metrics.registry`."""
TRAINING_METRICS = ("fid10k", "fid50k", "frechet2k", "mind2k", "kid2k", "swd2k", "js4")
"""Metrics by which the best checkpoint of a run is chosen: distances, the smaller the better."""
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
PRESETS = ("small", "paper")
RELAXATIONS = ("softmax", "gumbel")
STRATEGIES = ("auto", "one_device", "mirrored", "multi_worker")

SOURCES = ("avatars", "stacked_mnist", "sentences", "text", "folder", "zip", "npz", "tfds")
"""Each is a module of `gan_keras.data.sources`."""
PATH_SOURCES = ("text", "folder", "zip", "npz")  # Written as `KIND:PATH`, or as an existing path alone.
TEXT_SOURCES = ("sentences", "text")  # Of texts; all others are of images.
VOCABULARIES = ("characters", "words")
