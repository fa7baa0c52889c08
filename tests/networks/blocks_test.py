"""What every architecture promises: shapes, ranges, seeds, labels that matter, precision, gradients of gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras import sampling
from gan_keras.layers import spectral_normalization
from gan_keras.networks import blocks
from gan_keras.networks import dcgan
from gan_keras.networks import mlp
from gan_keras.networks import r3gan
from gan_keras.networks import resnet

TINY = {
    "mlp": (mlp, {"width": 8}),
    "dcgan": (dcgan, {"width": 4}),
    "resnet": (resnet, {"width": 4}),
    "r3gan": (r3gan, {"width": 32, "preset": "small"}),
}
LABELS = tf.constant([0, 2])


def players(architecture, policy="float32", of_generator=(), of_discriminator=(), **arguments):
    module, sizes = TINY[architecture]
    keras.config.set_dtype_policy(policy)
    try:
        generator = module.generator(latent_dim=6, **sizes | arguments | dict(of_generator))
        return generator, module.discriminator(**sizes | arguments | dict(of_discriminator))
    finally:
        keras.config.set_dtype_policy("float32")


def latents(count=2):
    return tf.constant(np.random.default_rng(0).normal(size=(count, 6)), "float32")


@pytest.mark.parametrize("architecture", TINY)
@pytest.mark.parametrize("resolution", [16, 32, 64, 128, 256])
def test_all_powers_of_two(architecture, resolution):
    channels = 1 if resolution == 32 else 3
    generator, discriminator = players(architecture, resolution=resolution, channels=channels)
    images = generator(latents(), training=False)
    assert images.shape == (2, resolution, resolution, channels) and images.dtype == "float32"
    assert float(np.abs(images).max()) <= 1.0 and float(np.std(images)) > 0
    logits = discriminator(images)
    assert logits.shape == (2, 1) and logits.dtype == "float32" and np.isfinite(logits).all()


@pytest.mark.parametrize("architecture", TINY)
def test_initial_weights_are_a_function_of_the_seed(architecture):
    one, same, other = (players(architecture, resolution=16, channels=3, seed=seed) for seed in (1, 1, 2))
    for player in range(2):
        weights, again, others = (networks[player].get_weights() for networks in (one, same, other))
        assert all(np.array_equal(*pair) for pair in zip(weights, again, strict=True))
        kernels = [pair for pair in zip(weights, others, strict=True) if pair[0].std()]
        assert kernels and not any(np.array_equal(*pair) for pair in kernels)
        drawn = [a.tobytes() for a, _ in kernels]
        assert len(set(drawn)) == len(drawn)  # layers of one shape are not twins


CONDITIONAL = [
    ("mlp", {}, {}),
    ("mlp", {}, {"conditioning": "projection"}),
    ("dcgan", {}, {}),
    ("dcgan", {"conditioning": "batch_norm"}, {"conditioning": "projection"}),
    ("dcgan", {}, {"conditioning": "projection", "normalization": "spectral"}),
    ("resnet", {}, {}),
    ("resnet", {"conditioning": "concat"}, {"conditioning": "concat", "normalization": "layer"}),
    ("r3gan", {}, {}),
]


@pytest.mark.parametrize("architecture, of_generator, of_discriminator", CONDITIONAL)
def test_labels_matter(architecture, of_generator, of_discriminator):
    settings = {"of_generator": of_generator, "of_discriminator": of_discriminator}
    networks = players(architecture, **settings, resolution=16, channels=3, num_classes=3)
    images = tf.constant(np.random.default_rng(1).uniform(-1, 1, (2, 16, 16, 3)), "float32")
    for network, given in zip(networks, (latents(), images), strict=True):
        assert [entry.name for entry in network.inputs][1] == "labels" and network.inputs[1].dtype == "int32"
        for layer in network.layers:  # Gains and offsets of the classes are equal at first.
            if hasattr(layer, "num_classes"):
                layer.gamma.assign(np.arange(1.0, 4.0)[:, None] * np.ones(layer.gamma.shape))
        outputs = [np.asarray(sampling.apply(network, given, tf.fill([2], label), False)) for label in range(3)]
        assert np.abs(outputs[0] - outputs[1]).max() > 1e-7 and np.abs(outputs[1] - outputs[2]).max() > 1e-7
        mixed = np.asarray(sampling.apply(network, given, LABELS, False))
        np.testing.assert_allclose(mixed[0], outputs[0][0], atol=1e-6)  # each sample its own label
        np.testing.assert_allclose(mixed[1], outputs[2][1], atol=1e-6)
        clone = keras.models.clone_model(network)
        clone.set_weights(network.get_weights())
        np.testing.assert_array_equal(sampling.apply(clone, given, LABELS, False), mixed)


@pytest.mark.parametrize("architecture", ["mlp", "dcgan", "resnet"])
def test_auxiliary_classifier_takes_images_alone(architecture):
    _, discriminator = players(
        architecture, of_discriminator={"conditioning": "classifier"}, resolution=16, channels=3, num_classes=5
    )
    assert len(discriminator.inputs) == 1
    outputs = discriminator(np.ones((2, 16, 16, 3), "float32"))
    assert {name: output.shape for name, output in outputs.items()} == {"logits": (2, 1), "class_logits": (2, 5)}
    plain = players(architecture, resolution=16, channels=3)[1]
    np.testing.assert_array_equal(outputs["logits"], plain(np.ones((2, 16, 16, 3), "float32")))


@pytest.mark.parametrize("architecture", TINY)
def test_mixed_precision_ends_in_float32(architecture):
    networks = players(architecture, "mixed_bfloat16", resolution=16, channels=3, num_classes=3)
    assert any(layer.compute_dtype == "bfloat16" for layer in networks[0].layers)
    images = sampling.apply(networks[0], latents(), LABELS)
    logits = sampling.apply(networks[1], images, LABELS)
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
        ("resnet", "float32", {"attention_at": 8}),
        ("r3gan", "float32", {}),
        ("r3gan", "mixed_bfloat16", {}),
        ("r3gan", "mixed_float16", {}),
    ],
)
def test_gradient_of_the_penalty_on_the_gradient(architecture, policy, arguments):
    _, discriminator = players(architecture, policy, of_discriminator=arguments, resolution=16, channels=3)
    rng = np.random.default_rng(0)
    for variable in discriminator.trainable_variables:  # Zeros at the end of a branch hide what lies before them.
        variable.assign(variable + 0.1 * rng.normal(size=variable.shape))
    with tf.GradientTape() as outer:
        images = tf.constant(rng.uniform(-1, 1, (2, 16, 16, 3)).astype("float32"))
        with tf.GradientTape() as inner:
            inner.watch(images)
            logits = discriminator(images, training=True)
        gradient = inner.gradient(logits, images)
        penalty = tf.reduce_sum(tf.square(tf.cast(gradient, "float32")))
    kernels = [variable for variable in discriminator.trainable_variables if len(variable.shape) > 1]
    seconds = outer.gradient(penalty, [variable.value for variable in kernels])
    for variable, second in zip(kernels, seconds, strict=True):
        assert np.isfinite(second).all(), variable.path
        assert np.abs(second).max() > 0, variable.path


def test_layer_norm_is_over_a_sample_with_gain_and_offset_of_a_channel():
    maps = keras.Input((4, 4, 3))
    model = keras.Model(maps, blocks.layer_norm(maps, "8", synchronized=True))
    values = np.random.default_rng(0).normal(2.0, 3.0, (2, 4, 4, 3)).astype("float32")
    mean, variance = values.mean((1, 2, 3), keepdims=True), values.var((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(model(values), (values - mean) / np.sqrt(variance + 1e-5), atol=1e-5)
    assert [weight.shape for weight in model.weights] == [(3,), (3,)]


def test_spectral_normalization_is_of_all_kernels():
    _, discriminator = players("resnet", of_discriminator={"attention_at": 8}, resolution=16, channels=3, num_classes=3)
    before = {v.path: np.asarray(v) for v in discriminator.non_trainable_variables}
    kernels = [v for v in discriminator.trainable_variables if len(v.shape) > 1]
    assert len(before) == len(kernels) and all(path.endswith("/u") for path in before)
    spectral_normalization.begin_step(discriminator.layers)
    moved = [v.path for v in discriminator.non_trainable_variables if not np.array_equal(before[v.path], v)]
    assert len(moved) == sum(v.shape[-1] > 1 for v in kernels)  # a single output has u = 1


@pytest.mark.parametrize(
    "build, named",
    [
        (lambda: dcgan.generator(16, width=4, num_classes=3, conditioning="batchnorm"), "did you mean 'batch_norm'"),
        (lambda: dcgan.discriminator(16, width=4, num_classes=3, conditioning="acgan"), "projection, classifier"),
        (lambda: dcgan.discriminator(16, width=4, normalization="instance"), "batch, layer, spectral, none"),
        (lambda: mlp.discriminator(16, activation="relu"), "maxout, leaky_relu"),
        (lambda: resnet.discriminator(32, width=4, attention_at=32), "expected one of 8, 16"),
        (lambda: resnet.generator(32, width=4, attention_at=5), "expected one of 8, 16"),
        (lambda: r3gan.generator(16, preset="smal"), "did you mean 'small'"),
        (lambda: r3gan.generator(16, stages=[(8, 1, 1)] * 4), "side 16 takes 3"),
        (lambda: r3gan.generator(16, stages=[(8, 1, 3)] * 3), "3 does not divide 2 × width 8"),
    ],
)
def test_mistakes_are_named(build, named):
    with pytest.raises(errors.UserError) as raised:
        build()
    assert named in str(raised.value) and "\n" not in str(raised.value)
