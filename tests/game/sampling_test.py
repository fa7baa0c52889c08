"""A seed is the same sample in every batch, to the last bit of its float32 numbers."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras import networks
from gan_keras.data import kinds
from gan_keras.game import inputs
from gan_keras.game import sampling
from gan_keras.layers.precision import dtype_policy
from gan_keras.runtime import randomness

FLOATS = dataclasses.replace(kinds.IMAGES, dtype=np.float32, to_stored=lambda samples: samples)
TINY = {"mlp": {}, "dcgan": {"width": 6}, "dcgan_paper": {"width": 4}, "resnet": {"width": 4}, "r3gan": {"width": 32}}
BY_CLASS, BY_ATTRIBUTE = {"num_classes": 3}, {"num_attributes": 3}
CASES = [
    *((architecture, {}) for architecture in TINY),
    *((architecture, BY_CLASS) for architecture in TINY if architecture != "dcgan_paper"),
    *((architecture, BY_ATTRIBUTE) for architecture in ("mlp", "dcgan", "r3gan")),
    ("resnet", BY_ATTRIBUTE | {"conditioning": "concat"}),
    ("dcgan", BY_CLASS | {"conditioning": "batch_norm"}),
    ("dcgan", {"activation": "leaky_relu", "relu_latents": True, "channels": 1}),
    ("resnet", {"attention": True, "spectral_normalization": True}),
]


def network(architecture, policy="float32", **arguments):
    """Returns a generator whose weights and moving statistics are all different."""
    with dtype_policy(policy):
        generator = networks.ARCHITECTURES[architecture].generator(**arguments)
    random = np.random.default_rng(0)
    for variable in generator.variables:
        noise = random.uniform(0.0, 0.2, variable.shape)
        variable.assign(variable.numpy().astype(np.float32) + (noise if noise.ndim < 2 else 0.0))
    return generator


def conditions(generator, count):
    """Returns conditions of every kind that the generator takes, by name."""
    return {
        name: np.arange(count) % 3 if name == "labels" else np.random.default_rng(1).random((count, *entry.shape[1:]))
        for name, entry in inputs.conditions_of(generator).items()
    }


def expect_same_in_every_batch(generator):
    seeds = np.arange(19)
    given = conditions(generator, len(seeds))

    def draw(rows, batch_size=64):
        some = {name: values[rows] for name, values in given.items()}
        return sampling.generate(generator, "normal", seeds[rows], some, batch_size, FLOATS)

    whole = draw(seeds)
    assert whole.dtype == np.float32 and whole.shape == (19, *generator.output_shape[1:])
    assert len({sample.tobytes() for sample in whole}) == 19
    for rows in ([0], [18], [3, 17, 4], seeds[::-1], [5] * 9, np.roll(seeds, 3)):
        np.testing.assert_array_equal(draw(rows), whole[rows])
    np.testing.assert_array_equal(draw(seeds, batch_size=3), whole)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("architecture, arguments", CASES)
def test_place_and_neighbours_change_nothing(architecture, arguments, policy):
    expect_same_in_every_batch(network(architecture, policy, **{"resolution": 16} | TINY[architecture] | arguments))


@pytest.mark.parametrize("resolution", [32, 64])
def test_place_and_neighbours_change_nothing_in_a_dcgan_of_full_width(resolution):
    expect_same_in_every_batch(network("dcgan", resolution=resolution))


def test_samples_are_those_of_a_batch_of_eight():
    """The last batch of 11 samples is filled with copies of the last of them."""
    generator = network("dcgan", resolution=16, width=6)
    latents = randomness.sample_latents(np.arange(11), 100, "normal")
    drawn = sampling.draw(generator, latents, {}, FLOATS)
    np.testing.assert_array_equal(drawn[:8], generator(latents[:8], training=False))
    np.testing.assert_array_equal(drawn[8:], generator(tf.gather(latents, [8, 9, 10] + [10] * 5), training=False)[:3])


def test_only_networks_without_products_of_matrices_draw_eight_at_once():
    rows = {name: sampling.rows_of_a_batch(network(name, resolution=16, **TINY[name])) for name in TINY}
    assert rows == {"mlp": 1, "dcgan": 8, "dcgan_paper": 1, "resnet": 1, "r3gan": 1}
    for arguments in (BY_CLASS, BY_ATTRIBUTE, BY_CLASS | {"conditioning": "batch_norm"}, {"activation": "leaky_relu"}):
        assert sampling.rows_of_a_batch(network("dcgan", resolution=16, width=2, **arguments)) == 8
    latents = keras.Input((100,), name="latents")
    before = keras.Sequential([keras.layers.Dense(100)])
    inside = keras.Model(latents, network("dcgan", resolution=16, width=2)(before(latents)))
    assert sampling.rows_of_a_batch(inside) == 1  # The dense layer is in a network inside it.


@pytest.mark.parametrize("mix", [
    lambda images: images - keras.ops.mean(images, axis=0, keepdims=True), lambda images: images @ np.ones((3, 3)),
])  # fmt: skip
def test_operations_between_layers_count(mix):
    latents = keras.Input((100,), name="latents")
    generator = keras.Model(latents, mix(network("dcgan", resolution=16, width=2)(latents)))
    images = keras.Input((4, 4, 3))
    assert sampling.rows_of_a_batch(generator) == 1
    assert sampling.rows_of_a_batch(keras.Model(images, mix(images))) == 1


def test_sides_that_are_known_only_when_it_draws():
    latents = keras.Input((4,), name="latents")
    source = keras.Input((None, None, 3), name="source")
    generator = keras.Model([latents, source], keras.layers.Activation("tanh")(source))
    assert sampling.rows_of_a_batch(generator) == 8
    pictures = np.random.default_rng(0).random((9, 5, 7, 3), np.float32)
    drawn = sampling.generate(generator, "normal", range(9), {"source": pictures}, kind=FLOATS)
    np.testing.assert_allclose(drawn, np.tanh(pictures), atol=1e-6)
