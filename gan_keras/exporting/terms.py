"""Under which terms a generator's samples may be used: those of the samples that it learned from."""

from typing import Any

_OF_DATASETS = {
    "avatars": "no restrictions: the program draws them itself (Apache-2.0, as the program)",
    "celeb_a": "non-commercial research only, and no redistribution of the images (terms of CelebA)",
    "cifar10": "none stated by the authors of CIFAR-10, whose images come from the web",
    "fashion_mnist": "MIT, as Fashion-MNIST",
    "sentences": "no restrictions: the program makes them itself (Apache-2.0, as the program)",
    "mnist": "CC BY-SA 3.0, as MNIST",
    "stacked_mnist": "CC BY-SA 3.0, as MNIST",
}
_UNKNOWN = "those of the data set that it was trained on"


def of(metadata: dict[str, Any]) -> str:
    """Returns the terms in words.

    Args:
        metadata: of an export; its `dataset` is the data set as `--dataset` took it.
    """
    name = str(metadata.get("dataset", "")).partition(":")[0].partition("/")[0]
    return _OF_DATASETS.get(name, _UNKNOWN)
