"""Weight clipping: the constraint by which the first Wasserstein GAN bounds the slope of its critic."""

from keras import ops

from gan_keras import distribution

# Which of the critic's trainable variables are clipped: all, as in the authors' code, gains and offsets included; or
# only the arrays that multiply features, which have at least two axes (kernels, and embeddings of labels).
CLIPPED = {"all": 0, "kernels": 2}


def clip(critic, limit, which="all"):
    """Clips the critic's trainable variables to [−limit, limit], in place, on every replica.

    Args:
        critic: Keras model.
        limit: float, c; the authors' 0.01.
        which: `"all"` or `"kernels"`, a key of `CLIPPED`.

    Source: Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1: after each update of the critic.
    """
    variables = [variable for variable in critic.trainable_variables if len(variable.shape) >= CLIPPED[which]]

    def move(variable, value):
        return variable.assign(ops.clip(value, -limit, limit))

    distribution.update_each(variables, variables, move)
