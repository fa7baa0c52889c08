"""The description of an exported model for people: `model_card.md`."""

import json
from typing import Any

import numpy as np

from gan_keras.data.conditions import Condition
from gan_keras.exporting import terms
from gan_keras.runtime import markdown

NAME, KERAS = "model_card.md", "Keras"
EXAMPLE_SEEDS = range(3)
EXAMPLES = 16  # Texts that a card shows.
MOST_OFF = 0.05  # Of a distance: more is a warning.


def text(description: dict[str, Any]) -> str:
    """Returns the model card in Markdown of what `export.json` holds."""
    condition = Condition.from_json(description["condition"])
    parts = _parts(description)
    about = {
        **(_about_texts(description) if description["vocabulary"] else _about_images(description)),
        "Latents": f"{description['latent_dim']} numbers, {_DISTRIBUTIONS[description['latents']]}",
        **_about_condition(condition),
        "Weights": f"{description['parameters']:,}, trained in {description['precision']}, exported in float32",
    }
    about |= {
        key.replace("_", " ").capitalize(): value
        for key, value in description["metadata"].items()
        if isinstance(value, (str, int, float))
    }
    if "Command" in about:
        about["Command"] = f"`{about['Command']}`"
    about[f"Use of the {parts['samples']}"] = terms.of(description["metadata"])
    about["Exported with"] = ", ".join(f"{key} {value}" for key, value in description["versions"].items())
    with_condition = f", {_input_of(condition)}" if condition else ""
    return _CARD.format(
        name=description["name"],
        samples=parts["samples"],
        sheet=parts["sheet"].format(examples="\n".join(description["examples"])),
        returns=parts["returns"].format(
            shape=", ".join(map(str, ("N", *description["sample_shape"]))), condition=with_condition
        ),
        result=parts["result"],
        answer=parts["answer"],
        signature=parts["signature"],
        limits=parts["limits"],
        scale=parts["scale"],
        about=markdown.table(("", ""), [pair for pair in about.items() if pair[1] != ""]),
        condition=with_condition,
        other_files=_other_files(description, condition),
        python_condition=_python_example(condition),
        instances=json.dumps(_instances(condition)),
        latent_dim=description["latent_dim"],
        max_batch=description["max_batch"],
        distances=_distances(description),
        checks="\n".join(
            f"* {path}: {summary(check, noun_of(description))}" for path, check in description["checks"].items()
        ),
        files=markdown.table(
            ("File", "Bytes", "SHA-256"),
            [(f"`{file['path']}`", f"{file['bytes']:,}", f"`{file['sha256']}`") for file in description["files"]],
        ),
    )


def noun_of(description: dict[str, Any]) -> str:
    """Returns what a sample is called: `image` or `text`."""
    return _parts(description)["sample"]


def _parts(description):
    return _PARTS_OF_TEXTS if description["vocabulary"] else _PARTS_OF_IMAGES


def summary(check: dict[str, Any], noun: str) -> str:
    """Returns one line about an entry of `checks`; the noun is that of a sample, `image` or `text`."""
    if "left_out" in check:
        return check["left_out"]
    if "max_error" not in check:
        return f"{check['bytes'] / 1e6:.1f} MB"
    errors = f"max error {check['max_error']:.1e}, mean error {check['mean_error']:.1e}"
    if "compared_with" in check:
        errors += f" (compared with {check['compared_with']})"
    if "other_texts" in check:
        errors += f", {check['other_texts']:.1%} other texts"
    size = [f"{check['bytes'] / 1e6:.1f} MB"] if "bytes" in check else []
    times = "".join(
        f"; {threads} thread{'s' * (threads != '1')}: {times['1']:.3g} ms for 1 {noun}, {times['8']:.3g} ms for 8"
        for threads, times in check.get("milliseconds", {}).items()
    )
    return ", ".join([*size, errors]) + times


def warnings(description: dict[str, Any]) -> list[str]:
    """Returns a sentence for each distance that is more than 5 % off that of Keras, and for what was not measured."""
    measured = description["distances"]
    reference = measured.get(KERAS, {})
    far = [
        f"{file}: {metric} is {value:.4g}, that of Keras {reference[metric]:.4g}"
        for file, values in measured.items()
        for metric, value in values.items()
        if abs(value - reference[metric]) > MOST_OFF * abs(reference[metric])
    ]
    reason = description["not_measured"]
    return [*far, f"distances from the data were not measured: {reason}"] if reason else far


def _distances(description):
    """Returns a section with the distances of each file from the data, and what is far off those of Keras."""
    measured = description["distances"]
    metrics = list(measured.get(KERAS, {}))
    if not metrics and not description["not_measured"]:
        return ""
    rows = [(file, *(f"{values[metric]:.4g}" for metric in metrics)) for file, values in measured.items()]
    parts = [_DISTANCES, markdown.table(("Drawn by", *metrics), rows)] if metrics else [_NO_DISTANCES]
    parts += [f"**{warning}.**" for warning in warnings(description)]
    later = [path for path in description["checks"] if path.startswith(tuple(_DRAWN)) and path not in measured]
    later = [path for path in later if "left_out" not in description["checks"][path]]
    if metrics and later:
        parts.append(f"Not measured, because they were added later: {', '.join(later)}.")
    return "\n\n".join(parts) + "\n\n"


def _other_files(description, condition):
    """Returns paragraphs about the folders of other formats that the version has."""
    takes = f"`latents` and {_input_of(condition)}" if condition else "`latents`"
    folders = {file["path"].partition("/")[0] for file in description["files"]}
    paragraphs = [
        text.format(takes=takes, sample=noun_of(description)) for folder, text in _FOLDERS.items() if folder in folders
    ]
    return "".join(f"{paragraph}\n\n" for paragraph in paragraphs)


def _about_images(description):
    return {"Images": " × ".join(map(str, description["sample_shape"]))}


def _about_texts(description):
    length, symbols = description["sample_shape"]
    return {"Texts": f"up to {length} {description['vocabulary']['unit']} of {symbols - 1}"}


def _about_condition(condition):
    if condition is None:
        return {}
    if condition.encoding == "joint":
        return {"Classes": ", ".join(f"{index} {name}" for index, name in enumerate(condition.class_names))}
    names = ", ".join(f"{index} {name}" for index, (name, _) in enumerate(condition.columns))
    return {"Attributes": f"each from 0 (no) to 1 (yes), in this order: {names}"}


def _input_of(condition):
    """Returns the input of a condition as the table of signatures lists it: `labels` int32 (N,)."""
    shape = "(N,)" if condition.encoding == "joint" else f"(N, {condition.shape[0]})"
    return f"`{condition.name}` {np.dtype(condition.dtype).name} {shape}"


def _python_example(condition):
    if condition is None:
        return ""
    values = condition.of_seeds(EXAMPLE_SEEDS).tolist()
    return f", {condition.name}=tf.constant({values})"


def _instances(condition):
    """Returns what TensorFlow Serving takes for the seeds of the example; an only input comes without its name."""
    if condition is None:
        return list(EXAMPLE_SEEDS)
    values = condition.of_seeds(EXAMPLE_SEEDS).tolist()
    return [{"seeds": seed, condition.name: value} for seed, value in zip(EXAMPLE_SEEDS, values, strict=True)]


_DISTRIBUTIONS = {"uniform": "uniform on [-1, 1]", "normal": "standard normal"}

_FOLDERS = {
    "tflite": "The files in `tflite/` have `serving_default` for one {sample}, `batch_4` and `batch_8`; they take "
    "{takes}, and check nothing.",
    "onnx": "The file in `onnx/` takes {takes}, N of any size, and checks nothing.",
    "web": "`web/` is a page for any static server; `python scripts/serve_web.py` shows it.",
}

_DRAWN = ("tflite/", "onnx/")  # Folders of files that draw.

_NO_DISTANCES = "## Distance from the data"
_DISTANCES = f"""{_NO_DISTANCES}

Of 2 048 images, those of the sample seeds from 0 on, from the test images; smaller is better."""

_PARTS_OF_IMAGES = {
    "sample": "image",
    "samples": "images",
    "sheet": "![Sample seeds 0 to 63](samples.png)",
    "returns": """`images` float32 ({shape}) in [-1, 1] |
| `sample` | `seeds` int64 (N,){condition} | `images` uint8 ({shape}) |
| `sample_png` | `seeds` int64 (N,){condition} | `image_bytes` string (N,), PNGs |""",
    "result": "images",
    "scale": "[-1, 1]",
    "signature": "sample_png",
    "answer": '{"predictions": [{"b64": "<a PNG>"}, …]}',
    "limits": "Some latents give broken images. Where it draws people they do not exist, and may still resemble "
    "somebody in the data set.",
}
_PARTS_OF_TEXTS = {
    "sample": "text",
    "samples": "texts",
    "sheet": "Sample seeds 0 to 15:\n\n```text\n{examples}\n```",
    "returns": """`probabilities` float32 ({shape}) |
| `sample` | `seeds` int64 (N,){condition} | `text` string (N,) |""",
    "result": "text",
    "scale": "[0, 1], that of probabilities",
    "signature": "sample",
    "answer": '{"predictions": ["a text", …]}',
    "limits": "Many of its texts are no sentences, and none means anything.",
}

_CARD = """# {name}

A generator of {samples}, trained with gan_keras as one player of a generative adversarial network. For looking at,
teaching, games and tests of programs that need many {samples}; not for showing people who exist, nor as evidence of
anything.

{sheet}

{about}

## Signatures

| Signature | Takes | Returns |
|---|---|---|
| `serving_default` | `latents` float32 (N, {latent_dim}){condition} | {returns}

N is 1 to {max_batch}. The graph refuses other batches, latents that are not finite, labels that are not classes, and
attributes that are not numbers from 0 to 1. A seed gives the same sample in every batch.

In Python, with TensorFlow alone, where `{name}/1` is the path of this version:

```python
import tensorflow as tf
model = tf.saved_model.load("{name}/1")
samples = model.signatures["sample"](seeds=tf.constant([0, 1, 2], tf.int64){python_condition})["{result}"]
```

From TensorFlow Serving, started with `--model_name={name}`; it answers `{answer}`:

```bash
curl -d '{{"signature_name": "{signature}", "instances": {instances}}}' http://localhost:8501/v1/models/{name}:predict
```

{other_files}## Compared with Keras

Samples of seeds 0 to 63 against those of Keras in float32, on the scale of {scale}, where nothing else is said;
milliseconds on the machine that exported it.

{checks}

{distances}## Files

{files}

## Limits

It makes what it was trained on: gaps and biases of the data set are the generator's. {limits} Whether the {samples} may
be used depends on the terms of the data set.
"""
