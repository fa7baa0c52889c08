"""What holds for every architecture: shapes, ranges, seeds, effects of labels, precision, gradients of gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras.game import inputs
from gan_keras.layers import spectral_normalization
from gan_keras.networks import blocks
from gan_keras.networks import dcgan
from gan_keras.networks import dcgan_paper
from gan_keras.networks import mlp
from gan_keras.networks import r3gan
from gan_keras.networks import resnet

TINY = {
    "mlp": (mlp, {"width": 8}),
    "dcgan": (dcgan, {"width": 4}),
    "resnet": (resnet, {"width": 4}),
    "r3gan": (r3gan, {"width": 32, "preset": "small"}),
}
UNCONDITIONAL = {"dcgan_paper": (dcgan_paper, {"width": 4})}
IMAGES = tf.constant(np.random.default_rng(1).uniform(-1, 1, (2, 16, 16, 3)), tf.float32)
LABELS = tf.constant([0, 2])
ATTRIBUTES = tf.constant([[0.0, 1.0, 0.5], [1.0, 1.0, 0.25]])
SIGNED = np.array([[-1.0, 1.0, 0.0], [1.0, 1.0, -0.5]], "float32")  # 2 a − 1
CONCAT, PROJECTION = {"conditioning": "concat"}, {"conditioning": "projection"}


def tiny_networks(architecture, policy="float32", of_generator=(), of_discriminator=(), **arguments):
    """Returns a tiny G and D of an architecture."""
    module, sizes = (TINY | UNCONDITIONAL)[architecture]
    keras.config.set_dtype_policy(policy)
    try:
        generator = module.generator(latent_dim=6, **sizes | arguments | dict(of_generator))
        return generator, module.discriminator(**sizes | arguments | dict(of_discriminator))
    finally:
        keras.config.set_dtype_policy("float32")


def latents(count=2):
    return tf.constant(np.random.default_rng(0).normal(size=(count, 6)), "float32")


def call(network, given, conditions):
    """Returns the outputs of G for latents, or of D for images, under conditions, as an array."""
    of_generator = network.inputs[0].name == "latents"
    return np.asarray((inputs.generate if of_generator else inputs.discriminate)(network, given, conditions, False))


def activations(network, layer, *given):
    """Returns what a layer of a network gives, as an array."""
    part = keras.Model(network.input, network.get_layer(layer).output)
    return np.asarray(part(list(given) if len(given) > 1 else given[0]))


# === Shapes and seeds ===


@pytest.mark.parametrize("architecture", TINY | UNCONDITIONAL)
@pytest.mark.parametrize("resolution, channels", [(16, 3), (32, 1), (64, 3), (128, 1), (256, 3)])
def test_all_powers_of_two(architecture, resolution, channels):
    generator, discriminator = tiny_networks(architecture, resolution=resolution, channels=channels)
    images = generator(latents(), training=False)
    assert images.shape == (2, resolution, resolution, channels) and images.dtype == "float32"
    assert float(np.abs(images).max()) <= 1.0 and float(np.std(images)) > 0
    logits = discriminator(images)
    assert logits.shape == (2, 1) and logits.dtype == "float32" and np.isfinite(logits).all()


@pytest.mark.parametrize("architecture", TINY)
def test_initial_weights_are_a_function_of_the_seed(architecture):
    one, same, other = (tiny_networks(architecture, resolution=16, channels=3, seed=seed) for seed in (1, 1, 2))
    for index in range(2):
        weights, again, others = (networks[index].get_weights() for networks in (one, same, other))
        assert all(np.array_equal(*pair) for pair in zip(weights, again, strict=True))
        kernels = [pair for pair in zip(weights, others, strict=True) if pair[0].std()]
        assert kernels and not any(np.array_equal(*pair) for pair in kernels)
        drawn = [a.tobytes() for a, _ in kernels]
        assert len(set(drawn)) == len(drawn)  # Layers of one shape have different weights.


# === Conditions ===


CONDITIONAL = [
    # Architecture, conditioning of G, conditioning of D.
    ("mlp", {}, CONCAT),
    ("mlp", {}, PROJECTION),
    ("dcgan", CONCAT, CONCAT),
    ("dcgan", CONCAT, PROJECTION | {"normalization": "spectral"}),
    ("resnet", CONCAT, CONCAT | {"normalization": "layer"}),
    ("resnet", CONCAT, PROJECTION),
    ("r3gan", {}, {}),
]
BY_BATCH_NORM = [("dcgan", {"conditioning": "batch_norm"}, PROJECTION), ("resnet", {}, {})]


@pytest.mark.parametrize("architecture, of_generator, of_discriminator", CONDITIONAL + BY_BATCH_NORM)
def test_labels_matter(architecture, of_generator, of_discriminator):
    settings = {"of_generator": of_generator, "of_discriminator": of_discriminator}
    networks = tiny_networks(architecture, **settings, resolution=16, channels=3, num_classes=3)
    for network, given in zip(networks, (latents(), IMAGES), strict=True):
        assert [entry.name for entry in network.inputs][1:] == ["labels"] and network.inputs[1].dtype == "int32"
        for layer in network.layers:  # Gains and offsets of the classes are equal at first.
            if hasattr(layer, "num_classes"):
                layer.gamma.assign(np.arange(1.0, 4.0)[:, None] * np.ones(layer.gamma.shape))
        of_class = np.split(
            call(
                network, tf.tile(given, (3, *[1] * (len(given.shape) - 1))), {"labels": tf.constant([0, 0, 1, 1, 2, 2])}
            ),
            3,
        )
        assert all(np.abs(of_class[i] - of_class[j]).max() > 1e-7 for i, j in ((0, 1), (1, 2), (2, 0)))
        mixed = call(network, given, {"labels": LABELS})
        np.testing.assert_allclose(mixed[0], of_class[0][0], atol=1e-6)  # Each sample has its own label.
        np.testing.assert_allclose(mixed[1], of_class[2][1], atol=1e-6)
        clone = keras.models.clone_model(network)
        clone.set_weights(network.get_weights())
        np.testing.assert_array_equal(call(clone, given, {"labels": LABELS}), mixed)


@pytest.mark.parametrize("architecture, of_generator, of_discriminator", CONDITIONAL)
def test_attributes_matter(architecture, of_generator, of_discriminator):
    settings = {"of_generator": of_generator, "of_discriminator": of_discriminator}
    networks = tiny_networks(architecture, **settings, resolution=16, channels=3, num_attributes=3)
    base = np.array([0.0, 1.0, 0.3], "float32")
    rows = [base, *(np.where(np.eye(3)[index], 1.0 - base, base) for index in range(3))]
    for network, given in zip(networks, (latents(), IMAGES), strict=True):
        assert [entry.name for entry in network.inputs][1:] == ["attributes"]
        assert network.inputs[1].shape == (None, 3) and network.inputs[1].dtype == "float32"
        attributes = tf.constant(np.repeat(rows, 2, axis=0), tf.float32)
        of_rows = np.split(
            call(network, tf.tile(given, (4, *[1] * (len(given.shape) - 1))), {"attributes": attributes}), 4
        )
        for changed in of_rows[1:]:  # Every attribute has an effect of its own.
            assert np.abs(changed - of_rows[0]).max() > 1e-7
        own = {"attributes": tf.constant(np.stack([rows[0], rows[2]]), tf.float32)}
        mixed = call(network, given, own)
        np.testing.assert_allclose(mixed[0], of_rows[0][0], atol=1e-6)  # Each sample has its own attributes.
        np.testing.assert_allclose(mixed[1], of_rows[2][1], atol=1e-6)
        clone = keras.models.clone_model(network)
        clone.set_weights(network.get_weights())
        np.testing.assert_array_equal(call(clone, given, own), mixed)


def test_what_follows_the_latents():
    of_classes = dcgan.generator(16, width=4, latent_dim=6, num_classes=3)
    table = of_classes.get_layer("label_embedding").embeddings.numpy()
    assert table.shape == (3, 6)
    expected = np.concatenate([latents(), table[[0, 2]]], axis=1)
    np.testing.assert_array_equal(activations(of_classes, "with_labels", latents(), LABELS), expected)
    of_attributes = dcgan.generator(16, width=4, latent_dim=6, num_attributes=3)
    expected = np.concatenate([latents(), SIGNED], axis=1)
    np.testing.assert_array_equal(activations(of_attributes, "with_labels", latents(), ATTRIBUTES), expected)


def test_what_is_beside_the_images():
    of_classes = dcgan.discriminator(16, width=4, num_classes=3)
    planes = of_classes.get_layer("label_embedding").embeddings.numpy()[[0, 2]].reshape(2, 16, 16, 1)
    expected = np.concatenate([IMAGES, planes], axis=-1)
    np.testing.assert_array_equal(activations(of_classes, "with_labels", IMAGES, LABELS), expected)
    of_attributes = dcgan.discriminator(16, width=4, num_attributes=3)
    planes = (SIGNED @ of_attributes.get_layer("label_embedding").kernel.numpy()).reshape(2, 16, 16, 1)
    expected = np.concatenate([IMAGES, planes], axis=-1)
    np.testing.assert_allclose(activations(of_attributes, "with_labels", IMAGES, ATTRIBUTES), expected, atol=1e-6)


def test_how_strong_an_embedding_is_at_first():
    def deviation(network, layer="label_embedding"):
        return network.get_layer(layer).trainable_weights[0].numpy().std()

    # Classes: a vector of length 1 behind the latents; a plane with numbers as large as pixels.
    assert deviation(mlp.generator(16, latent_dim=100, width=2, num_classes=50)) == pytest.approx(0.1, rel=0.05)
    assert deviation(mlp.discriminator(16, width=2, num_classes=20)) == pytest.approx(1.0, rel=0.05)
    # Attributes: the sum of A numbers ±1 gives a plane with numbers as large.
    assert deviation(mlp.discriminator(16, width=2, num_attributes=25)) == pytest.approx(0.2, rel=0.05)
    # R3GAN: gain / √fan in, with a gain of 1 / √units for the projection.
    projection = r3gan.discriminator(16, width=64, num_attributes=16)
    assert deviation(projection, "projection") == pytest.approx((64 * 16) ** -0.5, rel=0.1)
    assert deviation(r3gan.generator(16, width=32, num_classes=25)) == pytest.approx(25**-0.5, rel=0.1)


@pytest.mark.parametrize(
    "labels, given, signed",
    [
        ({"num_classes": 3}, LABELS, np.eye(3)[[0, 2]]),
        ({"num_attributes": 3}, ATTRIBUTES, SIGNED),
    ],
)
@pytest.mark.parametrize(
    "architecture, arguments",
    [
        ("mlp", {}),
        ("dcgan", {}),
        ("dcgan", {"normalization": "spectral"}),
        ("resnet", {}),
    ],
)
def test_projection_adds_an_inner_product_to_the_logit(architecture, arguments, labels, given, signed):
    module, sizes = TINY[architecture]
    discriminator = module.discriminator(16, 3, **sizes, **PROJECTION, **arguments, **labels)
    layer = discriminator.get_layer("projection")
    table = np.asarray(layer.embeddings if "num_classes" in labels else layer.kernel)
    features = activations(discriminator, "features", IMAGES, given)
    agreement = (features * (signed @ table)).sum(1, keepdims=True)
    assert np.abs(agreement).min() > 1e-6
    expected = activations(discriminator, "logits", IMAGES, given) + agreement
    np.testing.assert_allclose(discriminator([IMAGES, given]), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("labels, given", [({"num_classes": 3}, LABELS), ({"num_attributes": 3}, ATTRIBUTES)])
def test_r3gan_compares_a_vector_of_features_with_the_label(labels, given):
    discriminator = r3gan.discriminator(16, width=32, **labels)
    features, vectors = (activations(discriminator, layer, IMAGES, given) for layer in ("features", "projection"))
    assert features.shape == vectors.shape == (2, 32) and np.abs(features).max() > 0
    expected = (features * vectors).sum(1, keepdims=True)
    np.testing.assert_allclose(discriminator([IMAGES, given]), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("architecture", ["mlp", "dcgan", "resnet"])
def test_an_auxiliary_classifier_takes_images_alone(architecture):
    module, sizes = TINY[architecture]
    discriminator = module.discriminator(16, 3, **sizes, num_classes=5, conditioning="classifier")
    assert len(discriminator.inputs) == 1
    outputs = discriminator(IMAGES)
    assert {name: output.shape for name, output in outputs.items()} == {"logits": (2, 1), "class_logits": (2, 5)}
    plain = module.discriminator(16, 3, **sizes)
    np.testing.assert_array_equal(outputs["logits"], plain(IMAGES))
    layer = discriminator.get_layer("class_logits")
    features = activations(discriminator, "features", IMAGES)
    np.testing.assert_allclose(outputs["class_logits"], features @ layer.kernel + layer.bias, rtol=1e-4, atol=1e-6)


# === Precision and derivatives ===


@pytest.mark.parametrize("architecture", TINY)
def test_mixed_precision_ends_in_float32(architecture):
    networks = tiny_networks(architecture, "mixed_bfloat16", resolution=16, channels=3, num_classes=3)
    assert any(layer.compute_dtype == "bfloat16" for layer in networks[0].layers)
    conditions = {"labels": LABELS}
    images = inputs.generate(networks[0], latents(), conditions, training=True)
    logits = inputs.discriminate(networks[1], images, conditions, training=True)
    assert images.dtype == logits.dtype == "float32" and np.isfinite(logits).all()
    assert {variable.dtype for network in networks for variable in network.variables} == {"float32"}


@pytest.mark.parametrize(
    "architecture, policy, arguments",
    [
        ("mlp", "float32", {}),
        ("mlp", "float32", {"activation": "leaky_relu"}),
        ("dcgan", "float32", {"normalization": "layer"}),
        ("dcgan", "mixed_bfloat16", {"normalization": "layer"}),
        ("dcgan", "float32", {"normalization": "spectral"}),
        ("resnet", "float32", {"attention": True}),
        ("r3gan", "float32", {}),
        ("r3gan", "mixed_bfloat16", {}),
        ("r3gan", "mixed_float16", {}),
    ],
)
def test_gradient_of_the_penalty_on_the_gradient(architecture, policy, arguments):
    _, discriminator = tiny_networks(architecture, policy, of_discriminator=arguments, resolution=16, channels=3)
    rng = np.random.default_rng(0)
    for variable in discriminator.trainable_variables:  # Zeros at the end of a branch hide what lies before them.
        variable.assign(variable + 0.1 * rng.normal(size=variable.shape))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(IMAGES)
            logits = discriminator(IMAGES, training=True)
        gradient = inner.gradient(logits, IMAGES)
        penalty = tf.reduce_sum(tf.square(tf.cast(gradient, "float32")))
    kernels = [variable for variable in discriminator.trainable_variables if len(variable.shape) > 1]
    seconds = outer.gradient(penalty, [variable.value for variable in kernels])
    for variable, second in zip(kernels, seconds, strict=True):
        assert np.isfinite(second).all(), variable.path
        assert np.abs(second).max() > 0, variable.path


# === Normalization ===


def test_layer_norm_is_over_a_sample_with_a_gain_and_an_offset_for_each_channel():
    maps = keras.Input((4, 4, 3))
    model = keras.Model(maps, blocks.layer_norm(maps, "8", synchronized=True))
    values = np.random.default_rng(0).normal(2.0, 3.0, (2, 4, 4, 3)).astype("float32")
    mean, variance = values.mean((1, 2, 3), keepdims=True), values.var((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(model(values), (values - mean) / np.sqrt(variance + 1e-5), atol=1e-5)
    assert [weight.shape for weight in model.weights] == [(3,), (3,)]


@pytest.mark.parametrize("labels", [{"num_classes": 3}, {"num_attributes": 3}])
def test_spectral_normalization_is_of_all_kernels(labels):
    discriminator = resnet.discriminator(16, width=4, attention=True, **labels)
    for u in discriminator.non_trainable_variables:
        u.assign(np.ones(u.shape))
    before = {v.path: np.asarray(v) for v in discriminator.non_trainable_variables}
    kernels = [v for v in discriminator.trainable_variables if len(v.shape) > 1]
    assert len(before) == len(kernels) and all(path.endswith("/u") for path in before)
    spectral_normalization.power_iteration(discriminator)
    moved = [v.path for v in discriminator.non_trainable_variables if not np.array_equal(before[v.path], v)]
    assert len(moved) == sum(v.shape[-1] > 1 for v in kernels)  # A single output has u = 1.


# === Messages ===


@pytest.mark.parametrize(
    "build, named",
    [
        (lambda: dcgan.generator(16, width=4, num_classes=3, conditioning="batchnorm"), "did you mean 'batch_norm'"),
        (lambda: dcgan.discriminator(16, width=4, num_classes=3, conditioning="acgan"), "projection, classifier"),
        (lambda: dcgan.discriminator(16, width=4, normalization="instance"), "batch, layer, spectral, none"),
        (
            lambda: dcgan.generator(16, width=4, num_attributes=3, conditioning="batch_norm"),
            "'batch_norm' needs classes",
        ),
        (
            lambda: resnet.generator(16, width=4, num_attributes=3, conditioning="batch_norm"),
            "'batch_norm' needs classes",
        ),
        (lambda: mlp.discriminator(16, num_attributes=3, conditioning="classifier"), "'classifier' needs classes"),
        (lambda: dcgan.discriminator(16, num_attributes=3, conditioning="classifier"), "'classifier' needs classes"),
        (lambda: resnet.discriminator(16, num_attributes=3, conditioning="classifier"), "'classifier' needs classes"),
        (lambda: mlp.discriminator(16, activation="relu"), "maxout, leaky_relu"),
        (lambda: r3gan.generator(16, preset="smal"), "did you mean 'small'"),
        (lambda: r3gan.generator(16, stages=[(8, 1, 1)] * 4), "side 16 takes 3"),
        (lambda: r3gan.generator(16, stages=[(8, 1, 3)] * 3), "3 does not divide 2 × width 8"),
    ],
)
def test_mistakes_are_named(build, named):
    with pytest.raises(errors.UserError) as raised:
        build()
    assert named in str(raised.value) and "\n" not in str(raised.value)
