"""The last layer of a discriminator that separates its features along a direction (SAN)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("gan_keras")
class Direction(keras.layers.Layer):
    """Logits s · h·ω of features h, with a direction ω of unit length and a scale s, which are trained apart.

    Of the two results, which are equal numbers, one has a gradient with respect to the features and the scale, the
    other with respect to the direction: float32 (N, F) → [logits (N, 1), direction_logits (N, 1)]. The loss of a GAN
    trains the first, and a Wasserstein loss the second, so that ω is the direction in which the features of real and
    generated samples differ most.

    Args:
        initializer: of the kernel w, whose direction ω = w / ‖w‖ is, and whose length the scale has at first.

    Source: Takida et al. 2023 (arXiv 2301.12811), and the authors' code for the scale.
    """

    def __init__(self, initializer="random_normal", **kwargs):
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 1), initializer=self.initializer)
        self.scale = self.add_weight(
            name="scale", shape=(), initializer=lambda shape, dtype=None: ops.norm(ops.convert_to_tensor(self.kernel))
        )

    def call(self, inputs):
        direction = ops.convert_to_tensor(self.kernel)
        direction = direction / ops.norm(direction)
        features = inputs * self.scale
        return [
            ops.matmul(features, ops.stop_gradient(direction)),
            ops.matmul(ops.stop_gradient(features), direction),
        ]

    def compute_output_shape(self, input_shape):
        return [(input_shape[0], 1), (input_shape[0], 1)]

    def get_config(self):
        return super().get_config() | {"initializer": keras.initializers.serialize(self.initializer)}
