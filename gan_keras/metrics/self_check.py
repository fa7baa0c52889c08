"""Compares the whole path of FID, from pixels to numbers, with what others published for CIFAR-10."""

import dataclasses
import pathlib
import tempfile
from typing import Any

import numpy as np
from tqdm import tqdm

from gan_keras import errors
from gan_keras.data.sources import tfds as tfds_source
from gan_keras.data.sources import tfds_library
from gan_keras.metrics import features
from gan_keras.metrics import frechet
from gan_keras.metrics import kid
from gan_keras.metrics import prdc
from gan_keras.metrics import reference
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Side

FIRST = 5000  # Images of a subset, in the order of CIFAR-10's own files.


@dataclasses.dataclass(frozen=True)
class Published:
    """A number that others measured.

    Attributes:
        name: what it is.
        value: the number.
        tolerance: how far ours may be from it.
        source: who measured it.
        decides: whether the check fails without it.
    """

    name: str
    value: float
    tolerance: float
    source: str
    decides: bool = True


FID = Published("FID, 50 000 train against 10 000 test images", 3.1508, 0.003, "the authors' code of FID")
SUBSETS = {
    "fid": Published("FID, the first 5 000 of each", 10.3233, 0.01, "torch-fidelity"),
    # The mean over random subsets, with a standard deviation of 1.0e-4; ours is that over all pairs.
    "kid": Published("KID, the first 5 000 of each", -2.91e-5, 1.0e-4, "torch-fidelity"),
    # Which side is the reference there has changed between versions: these two are shown, and do not decide.
    "precision": Published("precision, the first 5 000 of each", 0.6852, 0.01, "torch-fidelity", decides=False),
    "recall": Published("recall, the first 5 000 of each", 0.6908, 0.01, "torch-fidelity", decides=False),
}


def main(data: dict[str, Any], choice: features.Choice) -> int:
    """Measures CIFAR-10's training images against its test images, and prints a line a number.

    Args:
        data: settings of the `data` section: `data_dir`, the folder of TensorFlow Datasets, and `cache_dir`.
        choice: `features.Choice` with the weights of Inception.

    Returns:
        0 if all numbers are the published ones within their tolerances, else 1.

    Raises:
        UserError: the weights or the images cannot be had.
    """
    for name in data.keys() - {"data_dir", "cache_dir"}:
        raise errors.UserError(f"--{name} has no effect beside --self_check, which measures CIFAR-10: leave it out")
    cache = data.get("cache_dir")
    network = features.load("inception", cache=cache and pathlib.Path(cache), choice=choice)
    with tempfile.TemporaryDirectory() as folder:
        found = {
            split: _features(network, cifar10(split, data.get("data_dir")), pathlib.Path(folder) / split)
            for split in ("train", "test")
        }
        results = measure(found["train"], found["test"])
    print("\n".join(line for line, _ in results))
    return 0 if all(is_right for _, is_right in results) else 1


def measure(train: Any, test: Any) -> list[tuple[str, bool]]:
    """Returns (line, whether it is the published number) for the features of both splits, (N, d) each."""
    everything = _evidence(train, test)
    firsts = _evidence(train.first(FIRST), test.first(FIRST))
    balls = prdc.measure(firsts).values
    measured = [
        (FID, frechet.measure(everything).values["distance"]),
        (SUBSETS["fid"], frechet.measure(firsts).values["distance"]),
        (SUBSETS["kid"], kid.measure(firsts).values["distance"]),
        (SUBSETS["precision"], balls["precision"]),
        (SUBSETS["recall"], balls["recall"]),
    ]
    return [_line(published, value) for published, value in measured]


def _line(published, value):
    is_right = abs(value - published.value) <= published.tolerance
    verdict = "ok    " if is_right else "WRONG " if published.decides else "OTHER "
    return (
        f"{verdict} {published.name}: {value:.6g}, published {published.value:.6g} ({published.source})",
        is_right or not published.decides,
    )


def _evidence(train, test):
    return Evidence(real=Side(features=test), fake=Side(features=train))


def _features(network, images, path):
    bar = tqdm(rows.blocks(images, reference.BATCH), f"CIFAR-10 {path.name}", -(-len(images) // reference.BATCH))
    reference.extract(network, bar, path, path.with_suffix(".logits"))
    return rows.Rows(path, network.width)


def cifar10(split: str, data_dir: str | None) -> np.ndarray:
    """Returns CIFAR-10's images, uint8 (N, 32, 32, 3), in the order of its own files, which TFDS shuffles."""
    tfds_source.Tfds("cifar10", data_dir)  # It downloads what is missing.
    with tfds_library.quiet() as tfds:
        examples = list(tfds.as_numpy(tfds.load("cifar10", split=split, data_dir=data_dir, download=False)))
    examples.sort(key=lambda example: example["id"])
    return np.stack([example["image"] for example in examples])
