"""Layers whose effective kernel is W / σ(W): a function of W, so that its gradient is the true one.

σ(W), the largest singular value, is estimated as ‖W u‖ for a unit vector u that the layer keeps. With v = W u / ‖W u‖
that is vᵀ W u, and its gradient is v uᵀ: that of the paper, u and v constants. One power iteration u ← Wᵀ v / ‖Wᵀ v‖ is
made by `begin_step`, once in an optimizer step of the network, before its first pass: a pass changes nothing, and all
passes, penalties and micro-batches of a step see the same function. (`keras.layers.SpectralNormalization`
overwrites W by W / σ in each pass and differentiates with respect to what it wrote.)

Source: Miyato et al. 2018 (arXiv 1802.05957).
"""

import keras
from keras import ops


def begin_step(layers):
    """Makes one power iteration in each spectral layer; call it at the start of an optimizer step.

    Args:
        layers: the layers of a network, `network.layers`, those of models inside it included.
    """
    for layer in layers:
        if isinstance(layer, keras.Model):
            begin_step(layer.layers)
        elif hasattr(layer, "begin_step"):
            layer.begin_step()


class SpectralNormalization:
    """What the layers below add to Keras' own: `raw_kernel` is the trained W, `kernel` is W / σ(W).

    W is seen as a matrix (everything else, outputs). u is a weight that is not trained, saved with the others.
    """

    def build(self, input_shape=None):
        super().build(input_shape)
        # All ones is a function of nothing, and no random kernel's first singular vector is orthogonal to it.
        self.u = self.add_weight(
            name="u", shape=self.raw_kernel.shape[-1:], initializer="ones", trainable=False, autocast=False,
            aggregation="only_first_replica",
        )

    def add_weight(self, *args, name=None, autocast=True, **kwargs):
        # The kernel stays in float32, also under mixed precision, until it has been divided by σ.
        autocast = autocast and name not in ("kernel", "embeddings")
        return super().add_weight(*args, name=name, autocast=autocast, **kwargs)

    def begin_step(self):
        """Makes one power iteration: u ← Wᵀ W u, as a unit vector."""
        matrix = self._matrix()
        u = ops.matmul(ops.matmul(self.u, ops.transpose(matrix)), matrix)
        self.u.assign(u / ops.norm(u))

    def sigma(self):
        """Returns the estimate of the largest singular value, a float32 scalar."""
        # Divided by ‖u‖, for the moving average of a network holds averages of unit vectors, which are shorter.
        return ops.norm(ops.matmul(self._matrix(), self.u)) / ops.norm(self.u)

    def normalized_kernel(self):
        """Returns W / σ(W) in the layer's compute dtype."""
        return ops.cast(ops.convert_to_tensor(self.raw_kernel) / self.sigma(), self.compute_dtype)

    def save_own_variables(self, store):
        # Keras' own would save W / σ in place of W, and no u.
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        keras.layers.Layer.load_own_variables(self, store)

    def _matrix(self):
        kernel = ops.convert_to_tensor(self.raw_kernel)
        return ops.reshape(kernel, (-1, kernel.shape[-1]))


@keras.saving.register_keras_serializable("gan_keras")
class SpectralDense(SpectralNormalization, keras.layers.Dense):
    """`keras.layers.Dense` with the kernel W / σ(W)."""

    raw_kernel = keras.layers.Dense.kernel
    kernel = property(SpectralNormalization.normalized_kernel)


@keras.saving.register_keras_serializable("gan_keras")
class SpectralConv2D(SpectralNormalization, keras.layers.Conv2D):
    """`keras.layers.Conv2D` with the kernel W / σ(W), W reshaped to (height · width · inputs, outputs)."""

    raw_kernel = keras.layers.Conv2D.kernel
    kernel = property(SpectralNormalization.normalized_kernel)


@keras.saving.register_keras_serializable("gan_keras")
class SpectralEmbedding(SpectralNormalization, keras.layers.Embedding):
    """`keras.layers.Embedding` with the table W / σ(W)."""

    raw_kernel = keras.layers.Embedding.embeddings
    embeddings = property(SpectralNormalization.normalized_kernel)
