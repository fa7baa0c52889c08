"""The names that settings can take, each written once, for code that must not load Keras or TensorFlow.

The modules that implement a name check that they implement exactly these.
"""

ARCHITECTURES = ("mlp", "dcgan", "dcgan_paper", "resnet", "r3gan")  # Each is a module of `gan_keras.networks`.

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
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
R3GAN_PRESETS = ("small", "paper")
STRATEGIES = ("auto", "one_device", "mirrored", "multi_worker")

SOURCES = ("avatars", "folder", "zip", "npz", "tfds")  # Each is a module of `gan_keras.data.sources`.
PATH_SOURCES = ("folder", "zip", "npz")  # Written as `KIND:PATH`, or as an existing path alone.
