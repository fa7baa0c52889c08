"""Weight clipping: the constraint by which the first Wasserstein GAN bounds the slope of its critic."""

from keras import ops

from gan_keras import distribution

# Which of the critic's trainable variables are clipped: all, as in the authors' code, gains and offsets included; or
# only the arrays that multiply features, which have at least two axes.
CLIPPED = {"all": 0, "kernels": 2}

# The layer that turns a label into a plane beside the image. Slopes are meant along the image: what a critic sees of the
# label does not change them, and a plane within ±0.01 beside an image within ±1 would be next to invisible.
FREE_LAYER = "label_embedding"


def clip(critic, limit, which="all"):
    """Clips the critic's trainable variables to [−limit, limit], in place, on every replica.

    Args:
        critic: functional Keras model.
        limit: float, c; the authors' 0.01.
        which: `"all"` or `"kernels"`, a key of `CLIPPED`.

    Source: Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1: after each update of the critic.
    """
    variables = [
        variable for layer in critic.layers if layer.name != FREE_LAYER
        for variable in layer.trainable_variables if len(variable.shape) >= CLIPPED[which]
    ]

    def move(variable, value):
        return variable.assign(ops.clip(value, -limit, limit))

    distribution.update_each(variables, variables, move)
