"""Calls of functional networks by the names of their inputs.

A network declares what it takes by the names of its inputs. The first input of a discriminator is the sample, whatever
its name. Every other input of either network, except `latents`, is a *condition*: a tensor that each batch has to hold
under that name, such as `labels`, `attributes` or `source`.
"""

import keras

from gan_keras import errors

LATENTS = "latents"


def generate(generator, latents, conditions, training=True):
    """Returns the samples of a generator.

    Args:
        generator: functional model.
        latents: float32 (N, z); ignored by a generator without an input `latents`.
        conditions: dict from names to tensors (N, …).
        training: whether layers such as batch normalization are in training mode.

    Raises:
        UserError: the conditions lack one of the generator's inputs.
    """
    return _call(generator, {LATENTS: latents} | conditions, training)


def discriminate(discriminator, samples, conditions, training=True):
    """Returns the outputs of a discriminator for samples (N, …) and conditions; see `generate`."""
    return _call(discriminator, conditions | {discriminator.inputs[0].name: samples}, training)


def latent_dim(generator):
    """Returns the length z of a generator's latent vectors; 0 for a generator without an input `latents`."""
    return next((entry.shape[-1] for entry in generator.inputs if entry.name == LATENTS), 0)


def conditions_of(generator):
    """Returns the inputs of a generator that are conditions, by name."""
    return {entry.name: entry for entry in generator.inputs if entry.name != LATENTS}


def _call(network, values, training):
    missing = [entry.name for entry in network.inputs if entry.name not in values]
    if missing:
        raise errors.UserError(
            f"{network.name} has an input '{missing[0]}', and the batch holds only {', '.join(sorted(values))}: name "
            "the "
            "input after what it takes, such as keras.Input(…, name='latents'), or add it to the batch"
        )
    inputs = [values[entry.name] for entry in network.inputs]
    return network(keras.tree.pack_sequence_as(network.input, inputs), training=training)
