"""What an exported model is, for people (`model_card.md`) and for programs (`export.json`)."""

import hashlib
import json

import keras
import numpy as np
import tensorflow as tf

import gan_keras
from gan_keras import sampling
from gan_keras.export import saved_model
from gan_keras.export import tflite


def write(folder, generator, name, law, class_names, checks, metadata):
    """Writes `export.json` and `model_card.md` into a version's folder whose other files are complete.

    Args:
        folder: the version's folder.
        generator: the generator as it was trained.
        name: the model's name.
        law: law of the latents.
        class_names: list of str, empty for an unconditional generator.
        checks: dict from a file's path to its parity, or to why it was left out.
        metadata: dict of what JSON can hold, where the weights come from.
    """
    description = {
        "name": name,
        "latent_dim": sampling.latent_dim(generator),
        "latents": law,
        "image_shape": list(generator.output_shape[1:]),
        "class_names": class_names,
        "precision": saved_model.precision(generator),
        "parameters": int(sum(np.prod(variable.shape) for variable in generator.weights)),
        "max_batch": saved_model.MAX_BATCH,
        "tflite_batch_sizes": tflite.BATCH_SIZES,
        "versions": {
            "gan_keras": gan_keras.__version__, "tensorflow": tf.__version__, "keras": keras.__version__
        },
        "files": _files(folder),
        "checks": checks,
        "metadata": metadata,
    }
    (folder / "export.json").write_text(json.dumps(description, indent=1) + "\n", "utf-8")
    (folder / "model_card.md").write_text(text(description), "utf-8")


def text(description):
    """Returns the model card in Markdown."""
    height, width, channels = description["image_shape"]
    classes = description["class_names"]
    labels = "" if not classes else ", labels int32 (N,)"
    about = {
        "Images": f"{height} × {width} × {channels}",
        "Latents": f"{description['latent_dim']} numbers, {_LAWS[description['latents']]}",
        "Classes": ", ".join(f"{index} {entry}" for index, entry in enumerate(classes)),
        "Weights": f"{description['parameters']:,}, trained in {description['precision']}, exported in float32",
    }
    about |= {
        key.replace("_", " ").capitalize(): value
        for key, value in description["metadata"].items()
        if isinstance(value, (str, int, float))
    }
    about["Exported with"] = ", ".join(f"{key} {value}" for key, value in description["versions"].items())
    return _CARD.format(
        name=description["name"],
        about=_table(("", ""), [pair for pair in about.items() if pair[1] != ""]),
        labels=labels,
        python_labels=", labels=tf.constant([0, 1, 2])" if classes else "",
        instances=", ".join(
            f'{{"seeds": {seed}, "labels": {seed % len(classes)}}}' if classes else str(seed) for seed in range(3)
        ),
        latent_dim=description["latent_dim"],
        shape=f"(N, {height}, {width}, {channels})",
        max_batch=description["max_batch"],
        checks="\n".join(f"* {path}: {in_words(check)}" for path, check in description["checks"].items()),
        files=_table(
            ("File", "Bytes", "SHA-256"),
            [(f"`{file['path']}`", f"{file['bytes']:,}", f"`{file['sha256']}`") for file in description["files"]],
        ),
    )


def in_words(check):
    """Returns one line on an entry of `checks`."""
    if "left_out" in check:
        return check["left_out"]
    line = f"max error {check['max_error']:.1e}, mean error {check['mean_error']:.1e}"
    if "bytes" in check:
        line = (
            f"{check['bytes'] / 1e6:.1f} MB, {line}, {check['milliseconds_1_thread']:.1f} ms an image "
            f"({check['milliseconds_2_threads']:.1f} ms with 2 threads)"
        )
    return line


_LAWS = {"uniform": "uniform on [-1, 1]", "normal": "standard normal"}

_CARD = """# {name}

A generator of images, trained with gan_keras as one player of a generative adversarial network.

{about}

## Signatures

| Signature | Takes | Returns |
|---|---|---|
| `serving_default` | `latents` float32 (N, {latent_dim}){labels} | `images` float32 {shape} in [-1, 1] |
| `sample` | `seeds` int64 (N,){labels} | `images` uint8 {shape} |
| `sample_png` | `seeds` int64 (N,){labels} | `image_bytes` string (N,), PNGs |

N is 1 to {max_batch}. The graph refuses other batches, latents that are not finite, and labels that are not classes.
A seed is the same picture in every batch.

In Python, with TensorFlow alone:

```python
import tensorflow as tf
model = tf.saved_model.load("{name}/1")
images = model.signatures["sample"](seeds=tf.constant([0, 1, 2], tf.int64){python_labels})["images"]
```

From TensorFlow Serving, started with `--model_name={name}`; it answers `{{"predictions": [{{"b64": "<a PNG>"}}, …]}}`:

```bash
curl -d '{{"signature_name": "sample_png", "instances": [{instances}]}}' http://localhost:8501/v1/models/{name}:predict
```

The files in `tflite/` have `serving_default` for one image, `batch_4` and `batch_8`; they take latents and check
nothing.

## Compared with Keras

Images of seeds 0 to 63 against those of Keras in float32, on the scale of [-1, 1]; milliseconds on the machine that
exported it.

{checks}

## Files

{files}

## Limits

It draws what it has seen: gaps and biases of the data set are the generator's. Some latents give broken pictures. Where
it draws people they are made up, and may still resemble somebody in the data set. Whether the pictures may be used
depends on the terms of the data set.
"""


def _files(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in paths
    ]


def _table(header, rows):
    def line(cells):
        return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |"

    return "\n".join(map(line, [header, ["---"] * len(header), *rows]))
