"""EfficientNet-Lite0 (after Tan & Le 2019, arXiv 1905.11946), trained on ImageNet: 1280 features and 1000 logits."""

import pathlib

import keras
import tensorflow as tf

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import resize
from gan_keras.runtime import files

SIZE = 128


def load(path):
    """Returns the `Features` of a Keras model file: the output `pooled`, and `logits` of ImageNet's classes.

    Args:
        path: .keras file of a model: float32 (n, S, S, 3) in [−1, 1] → a dict with `pooled` (n, 1280) and `logits`
            (n, 1000).

    Raises:
        UserError: there is no such file, or it does not hold such a model.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise errors.UserError(f"--features=lite0:{path}: there is no such file; expected EfficientNet-Lite0 as .keras")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        model = keras.Model(model.inputs, [model.output["pooled"], model.output["logits"]])
        widths = tuple(output.shape[1:] for output in model.outputs)
        if widths != ((1280,), (1000,)):
            raise ValueError(f"pooled and logits have the shapes {widths}")
    except Exception as error:  # A damaged file fails in many ways.
        reason = str(error).splitlines()[0]
        raise errors.UserError(
            f"--features=lite0:{path}: not the Keras model of EfficientNet-Lite0 ({reason}); get the file again"
        ) from error

    @tf.function(input_signature=[tf.TensorSpec((None, SIZE, SIZE, 3))], autograph=False)
    def run(images):
        return model(images / 127.5 - 1.0, training=False)

    def extract(samples):
        features, logits = run(tf.constant(resize.bilinear(samples, SIZE)))
        return features.numpy(), logits.numpy()

    digest = files.sha256(path)
    return base.Features("lite0", f"bilinear to {SIZE} px", digest, 1280, extract)
