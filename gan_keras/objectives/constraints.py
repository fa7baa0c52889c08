"""Weight clipping, by which the first Wasserstein GAN bounds the slope of its critic, the discriminator."""

from keras import ops

from gan_keras.layers.nested import all_layers
from gan_keras.runtime import replicas

CLIPPED = {"all": 0, "kernels": 2}
"""Which trainable variables are clipped, and the least number of axes that they have.

`"all"` includes gains and offsets, as the authors' code does; `"kernels"` are the arrays that multiply features.
"""

# The layer that turns a label into a plane beside the image is not clipped. The bound is meant for the slope along the
# image, which this layer does not change, and a plane within ±0.01 would hardly matter beside an image within ±1.
FREE_LAYER = "label_embedding"


def clip(critic, limit, which="all"):
    """Clips the critic's trainable variables to [−limit, limit], in place, on every replica.

    Args:
        critic: functional Keras model.
        limit: float, c; 0.01 in the paper.
        which: `"all"` or `"kernels"`, a key of `CLIPPED`.

    Source: Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1: after each update of the critic.
    """
    variables = [
        variable
        for layer in all_layers(critic)
        if layer.name != FREE_LAYER
        for variable in layer.trainable_variables
        if len(variable.shape) >= CLIPPED[which]
    ]

    def move(variable, value):
        return variable.assign(ops.clip(value, -limit, limit))

    replicas.update_each(variables, variables, move)
