"""Weight clipping: which variables, of which network, and on every replica."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_keras.game import gan
from gan_keras.layers.attention import SelfAttention
from gan_keras.networks import mlp
from gan_keras.objectives import Objective
from gan_keras.objectives import constraints
from tests import tiny

LIMIT = np.float32(0.01).item()


def critic():
    return keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(-0.5)),
            keras.layers.BatchNormalization(),
        ]
    )


def values(model):
    return {variable.name: np.unique(variable).tolist() for variable in model.variables}


def test_all_trainable_variables_or_kernels_only():
    expected = {
        "kernel": [-LIMIT],
        "bias": [0.0],
        "gamma": [1.0],
        "beta": [0.0],
        "moving_mean": [0.0],
        "moving_variance": [1.0],
    }
    model = critic()
    constraints.clip(model, 0.01, which="kernels")
    assert values(model) == expected
    constraints.clip(model, 0.01)
    assert values(model) == expected | {"gamma": [LIMIT]}


def test_weights_within_the_limits_stay():
    model = critic()
    model.layers[0].kernel.assign([[-0.5, -0.004], [0.003, 0.5]])
    constraints.clip(model, 0.01)
    np.testing.assert_array_equal(model.layers[0].kernel, np.array([[-0.01, -0.004], [0.003, 0.01]], "float32"))


@pytest.mark.parametrize("which, gate", [("all", LIMIT), ("kernels", 0.5)])
def test_a_weight_without_axes_is_no_kernel(which, gate):
    maps = keras.Input((2, 2, 8))
    model = keras.Model(maps, SelfAttention(name="attention")(maps))
    model.get_layer("attention").gate.assign(0.5)
    constraints.clip(model, 0.01, which)
    assert float(model.get_layer("attention").gate) == gate


@pytest.mark.parametrize("which", constraints.CLIPPED)
@pytest.mark.parametrize("labels", [{"num_classes": 3}, {"num_attributes": 3}])
@pytest.mark.parametrize("conditioning, free", [("concat", {"label_embedding"}), ("projection", set())])
def test_the_plane_of_the_label_stays(which, labels, conditioning, free):
    discriminator = mlp.discriminator(2, width=3, depth=1, conditioning=conditioning, **labels)
    for variable in discriminator.variables:
        variable.assign(0.5 * tf.ones(variable.shape))
    constraints.clip(discriminator, 0.01, which)
    layers = {layer.name: layer.weights for layer in discriminator.layers if layer.weights}
    assert set(layers) >= {"dense_0", "logits"} | (free or {"projection"})
    for name, weights in layers.items():
        for weight in weights:
            is_clipped = name not in free and (which == "all" or len(weight.shape) > 1)
            assert np.unique(weight).tolist() == [LIMIT if is_clipped else 0.5], weight.path


@pytest.mark.parametrize("which, bias", [(None, LIMIT), ("kernels", 0.5)])
def test_a_step_clips_d_and_leaves_g(which, bias):
    generator = mlp.generator(image_shape=(2,), latent_dim=2, width=3, depth=1)
    discriminator = mlp.discriminator(image_shape=(2,), width=3, depth=1, activation="leaky_relu")
    for variable in generator.variables + discriminator.variables:
        variable.assign(0.5 * tf.ones(variable.shape))
    model = gan.GAN(generator, discriminator, Objective("wasserstein", clip=0.01, clip_variables=which))
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    model.train_step(tf.ones([4, 2]))
    assert [np.unique(variable).tolist() for variable in discriminator.variables] == 2 * [[LIMIT], [bias]]
    for network in (model.generator, model.ema_generator):
        assert [np.unique(variable).tolist() for variable in network.variables] == 4 * [[0.5]]


def test_every_replica_clips_its_copy():
    strategy = tiny.two_replicas()
    with strategy.scope():
        model = critic()

    @tf.function
    def clip():
        strategy.run(lambda: constraints.clip(model, 0.01))

    clip()
    copies = strategy.experimental_local_results(model.layers[0].kernel.value)
    assert len(copies) == 2
    for copy in copies:
        np.testing.assert_array_equal(copy, np.full((2, 2), -0.01, np.float32))


def test_a_network_inside_the_critic_is_treated_the_same():
    inner = mlp.discriminator(2, width=3, depth=1, num_classes=3)
    critic = keras.Model(inner.input, inner(inner.input))
    for variable in critic.variables:
        variable.assign(0.5 * tf.ones(variable.shape))
    constraints.clip(critic, 0.01)
    assert np.unique(inner.get_layer("label_embedding").embeddings).tolist() == [0.5]
    assert np.unique(inner.get_layer("dense_0").kernel).tolist() == [LIMIT]
