"""A model of the user's own, by its path: a Keras file, a SavedModel or a TFLite file."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.metrics.features import base
from gan_keras.metrics.features import resize


@dataclasses.dataclass(frozen=True)
class _Network:
    shape: tuple  # (batch size, height, width, channels) of its input; None where it is free.
    dtype: str  # Of its input.
    run: Callable  # Batch of that shape and type → outputs by name.


def load(path, size=None, value_range=None, output=None):
    """Returns the `Features` of a model: images (n, S, S, C), C 1 or 3, → numbers of any shape.

    Samples are resized with antialias. An output (n, h, w, d) is averaged over h and w; any other is flattened. A
    SavedModel runs whatever is in it: use those that you trust.

    Args:
        path: .keras or .h5 file of a model, folder of a SavedModel with the signature `serving_default`, or .tflite
            file.
        size: S in pixels; None: the model's own.
        value_range: `"LOW,HIGH"`, the values of black and white that the model takes; None: 0 to 1, or 0 to 255 if it
            takes integers.
        output: name of an output; None: the only one.

    Raises:
        UserError: there is no such model, it is damaged, or it does not take images of these sizes, channels or values;
            or the output is not named although there are several.
        Unavailable: a .tflite file, and `ai-edge-litert` is not installed.
    """
    path = pathlib.Path(path)
    title = f"--features={path}"
    network = _opened(path, title)
    side, channels = _sides(network.shape, size, title)
    low, high = _range(value_range, network.dtype, title)

    def extract(samples):
        if samples.shape[-1] > channels:
            raise errors.UserError(
                f"{title}: the model takes grey images, but the samples have {samples.shape[-1]} channels"
            )
        images = resize.antialiased(samples, side)[..., :channels] / 255 * (high - low) + low
        if network.dtype == "uint8":
            images = images.round()
        return _outputs(network, images.astype(network.dtype), output, title), None

    try:
        width = extract(np.zeros((1, side, side, channels), np.uint8))[0].shape[1]
    except errors.UserError:
        raise
    except Exception as error:  # Whatever the model raises.
        reason = str(error).splitlines()[0]
        raise errors.UserError(
            f"{title}: the model cannot be run on images of {side} × {side} × {channels} ({reason}); name another size "
            "with --features_size"
        ) from error
    resized = f"antialiased to {side} px, values {low:g} to {high:g}"
    name = f"{path.name}:{output}" if output else path.name
    return base.Features(name, resized, _digest(path), width, extract)


def _opened(path, title):
    kinds = {".tflite": _tflite, ".keras": _keras, ".h5": _keras}
    if not path.exists():
        raise errors.UserError(f"{title}: there is no such file; check the path")
    if not path.is_dir() and path.suffix not in kinds:
        raise errors.UserError(f"{title}: expected {', '.join(kinds)} or the folder of a SavedModel")
    try:
        return _saved_model(path) if path.is_dir() else kinds[path.suffix](path)
    except errors.UserError:
        raise
    except Exception as error:  # A damaged file fails in many ways.
        reason = (str(error) or repr(error)).splitlines()[0]
        raise errors.UserError(f"{title}: the model cannot be read ({reason}); save or get it again") from error


def _keras(path):
    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    taken = _only(model.inputs)

    @tf.function(reduce_retracing=True, autograph=False)
    def run(images):
        found = model(images, training=False)
        if isinstance(found, dict):
            return found
        return dict(zip(model.output_names, tf.nest.flatten(found), strict=True))

    return _Network(tuple(taken.shape), taken.dtype, lambda images: run(tf.constant(images)))


def _saved_model(path):
    model = tf.saved_model.load(str(path))
    if "serving_default" not in model.signatures:
        raise ValueError(f"it has no signature serving_default, but {list(model.signatures)}")
    signature = model.signatures["serving_default"]
    name, taken = _only(list(signature.structured_input_signature[1].items()))

    def run(images, model=model):  # The signature needs the model's variables alive.
        return signature(**{name: tf.constant(images)})

    return _Network(tuple(taken.shape), taken.dtype.name, run)


def _tflite(path):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise base.Unavailable(
            f"--features={path}: TFLite files need ai-edge-litert: pip install 'gan-keras[export]'"
        ) from error
    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    taken = _only(interpreter.get_input_details())

    def run(images):
        interpreter.set_tensor(taken["index"], images)
        interpreter.invoke()
        return {given["name"]: result(given) for given in interpreter.get_output_details()}

    def result(given):
        scale, zero = given["quantization"]
        rows = interpreter.get_tensor(given["index"])
        return (rows.astype(np.float32) - zero) * scale if scale else rows

    return _Network(tuple(map(int, taken["shape"])), np.dtype(taken["dtype"]).name, run)


def _only(inputs):
    if len(inputs) != 1:
        raise ValueError(f"it has {len(inputs)} inputs, expected one: images")
    return inputs[0]


def _sides(shape, size, title):
    """Returns the side in pixels and the number of channels."""
    if len(shape) != 4 or shape[3] not in (None, 1, 3):
        raise errors.UserError(f"{title}: the model takes {shape}, expected images (n, size, size, 1 or 3 channels)")
    sides = {side for side in (*shape[1:3], size) if side is not None}
    if not sides:
        raise errors.UserError(f"{title}: the model takes images of any size; name one with --features_size")
    if len(sides) > 1:
        asked = f", --features_size is {size}" if size else ""
        raise errors.UserError(f"{title}: the model takes images of {shape[1]} × {shape[2]}{asked}; expected one size")
    return sides.pop(), shape[3] or 3


def _range(text, dtype, title):
    """Returns the values of black and white."""
    if dtype == "uint8" and text is None:
        return 0.0, 255.0
    if dtype != "float32":
        raise errors.UserError(f"{title}: the model takes {dtype}; expected float32, or uint8 without --features_range")
    try:
        low, high = (float(value) for value in (text or "0,1").split(","))
        if not -np.inf < low < high < np.inf:
            raise ValueError
    except ValueError as error:
        raise errors.UserError(f"features_range '{text}': expected LOW,HIGH, such as -1,1 or 0,255") from error
    return low, high


def _outputs(network, images, output, title):
    """Returns the chosen output of all images, float32 (n, d), in batches of the model's own size if it has one."""
    size = network.shape[0] or len(images)
    found = []
    for start in range(0, len(images), size):
        batch = images[start : start + size]
        padding = [(0, size - len(batch)), (0, 0), (0, 0), (0, 0)]
        rows = _chosen(network.run(np.pad(batch, padding)), output, title)[: len(batch)]
        found.append(rows.mean((1, 2)) if rows.ndim == 4 else rows.reshape(len(rows), -1))
    return np.concatenate(found)


def _chosen(outputs, output, title):
    if output is None and len(outputs) > 1:
        raise errors.UserError(f"{title}: name one of its outputs with --features_output: {', '.join(outputs)}")
    if output is not None:
        errors.expect_one_of(output, outputs, f"output of {title}")
    rows = np.asarray(next(iter(outputs.values())) if output is None else outputs[output])
    return rows.astype(np.float32, copy=False)


def _digest(path):
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()
