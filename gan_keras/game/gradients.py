"""Gradients of one update of one network: scaled, summed over micro-batches and replicas, applied once."""

import keras
import tensorflow as tf

from gan_keras import errors
from gan_keras.runtime import replicas


class GradientSum:
    """The gradient of the mean loss over the global batch, accumulated over the micro-batches of an update.

    Args:
        network: Keras model whose trainable variables are updated.
        optimizer: Keras optimizer that went through `optimizers.prepare`.
        parts: number of micro-batches.
    """

    def __init__(self, network, optimizer, parts):
        self.network, self.optimizer, self.parts = network, optimizer, parts
        self.variables = [variable.value for variable in network.trainable_variables]
        self.total = None

    def after_previous(self):
        """Context in which a micro-batch waits for the one before it, so that they do not fill the memory together."""
        return tf.control_dependencies(self.total or [])

    def scaled_loss(self, terms):
        """Returns this micro-batch's share of the loss: of the sum of the means of the terms over the global batch.

        Args:
            terms: dict of float32 tensors, one number a sample, or scalars.
        """
        loss = sum(replicas.share_of_mean(term) for term in terms.values()) / self.parts
        return self.optimizer.scale_loss(loss)

    def add(self, gradients):
        """Adds the gradient of a micro-batch's `scaled_loss` with respect to `variables`.

        Raises:
            UserError: no term of the loss depends on some variable.
        """
        unused = [
            variable.path
            for variable, gradient in zip(self.network.trainable_variables, gradients, strict=True)
            if gradient is None
        ]
        if unused:
            raise errors.UserError(
                f"no term of the loss depends on {', '.join(unused[:3])} of {self.network.name}: remove the layer, or "
                "set "
                "its trainable to False"
            )
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]  # An embedding's are indexed slices.
        if self.total is not None:
            gradients = [sum(pair) for pair in zip(self.total, gradients, strict=True)]
        self.total = gradients

    def apply(self, l2=0.0):
        """Updates the network; returns the norm of the gradient, 0 for a step that overflowed and was skipped.

        The sum over replicas is not finite on any of them if it is not on one: under float16 all skip the step
            together.

        Args:
            l2: adds l2 · p to the gradient of each variable p.
        """
        gradients = replicas.sum_over_replicas(self.total)
        scale = self.optimizer.scale_loss(tf.constant(1.0))
        variables = self.network.trainable_variables
        if l2:
            gradients = [
                gradient + l2 * scale * variable for gradient, variable in zip(gradients, variables, strict=True)
            ]
        self.optimizer.apply(gradients, variables)
        norm = tf.linalg.global_norm(gradients) / scale
        if isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
            norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
        return norm


class Means:
    """Means of named scalars and tensors over the micro-batches of an update."""

    def __init__(self, parts):
        self.parts = parts
        self.values = {}

    def add(self, values):
        """Adds the means of a micro-batch's tensors."""
        for name, value in values.items():
            self.values[name] = self.values.get(name, 0.0) + tf.reduce_mean(value) / self.parts


def regularization(network, activity_losses=()):
    """Returns what the layers of a network add to its loss, as a dict: empty where there are no regularizers.

    Args:
        network: Keras model.
        activity_losses: scalars that its layers added during the passes of this micro-batch.
    """
    losses = [*weight_losses(network), *activity_losses]
    return {f"{network.name}_regularization": sum(losses)} if losses else {}


def weight_losses(network):
    """Returns the losses of the regularizers of a network's weights."""
    return [
        variable.regularizer(variable) for variable in network.trainable_variables if variable.regularizer is not None
    ]


def activity_losses(network):
    """Returns what the layers of a network added in its last pass, by `add_loss` or activity regularizers."""
    losses = network.losses
    return losses[: len(losses) - len(weight_losses(network))]
