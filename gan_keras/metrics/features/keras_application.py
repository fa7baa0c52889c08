"""Any network of `keras.applications` with its weights of ImageNet, which Keras downloads once."""

import inspect
import sys

import keras
import tensorflow as tf

from gan_keras import errors
from gan_keras.layers.precision import dtype_policy
from gan_keras.metrics.features import base
from gan_keras.metrics.features import resize

_SIZES = {
    "EfficientNetB1": 240,
    "EfficientNetB2": 260,
    "EfficientNetB3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2B1": 240,
    "EfficientNetV2B2": 260,
    "EfficientNetV2B3": 300,
    "EfficientNetV2S": 384,
    "EfficientNetV2M": 480,
    "EfficientNetV2L": 480,
    "InceptionResNetV2": 299,
    "InceptionV3": 299,
    "NASNetLarge": 331,
    "Xception": 299,
}  # In pixels, as trained; all others 224.


def names():
    """Returns the names of all networks."""
    return [name for name, entry in vars(keras.applications).items() if inspect.isfunction(entry)]


def load(name):
    """Returns the `Features` of a network without its classifier: the average over the pixels of its last layer.

    Samples are resized, with antialias, to the size that the network was trained on, and go through its own
    `preprocess_input`.

    Args:
        name: as in `keras.applications`: `"ResNet50"`.

    Raises:
        UserError: there is no network of this name.
        Unavailable: its weights are neither in Keras's folder nor can they be downloaded.
    """
    errors.expect_one_of(name, names(), "network of keras.applications")
    constructor, size = getattr(keras.applications, name), _SIZES.get(name, 224)
    preprocess = sys.modules[constructor.__module__].preprocess_input
    try:
        with dtype_policy("float32"):
            model = constructor(weights="imagenet", include_top=False, pooling="avg", input_shape=(size, size, 3))
    except Exception as error:  # Keras raises a plain Exception if it cannot download.
        reason = str(error).splitlines()[0]
        raise base.Unavailable(
            f"--features=keras:{name}: its ImageNet weights cannot be had here ({reason}); run once with a network, or "
            "choose other --features"
        ) from error

    @tf.function(input_signature=[tf.TensorSpec((None, size, size, 3))], autograph=False)
    def run(images):
        return model(images, training=False)

    def extract(samples):
        return run(tf.constant(preprocess(resize.antialiased(samples, size)))).numpy(), None

    resized = f"antialiased to {size} px"
    return base.Features(f"keras:{name}", resized, base.weights_hash(model), model.output_shape[-1], extract)
