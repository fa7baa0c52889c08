"""What the writers of a store share: its files, its splits, and the messages about too few samples."""

import hashlib
import io
import pathlib
from typing import Any

import numpy as np

from gan_keras.data.sources import base

SAMPLES, LABELS, MANIFEST = "samples.npy", "labels.npy", "manifest.json"
MIN_SAMPLES = 2


def own_split(source: base.AnySource, plan: dict[str, Any]) -> str:
    """Returns the split of the source that the samples are taken from."""
    return plan["split"] if plan["split"] in source.splits else "train"


def belongs(content: bytes | np.ndarray, plan: dict[str, Any]) -> bool:
    """Returns whether a sample belongs to the split of a plan: its content decides, if a share is set aside."""
    if not plan["holdout"]:
        return True
    digest = hashlib.sha256(content if isinstance(content, bytes) else np.ascontiguousarray(content).data).digest()
    is_set_aside = int.from_bytes(digest[:8], "big") < plan["holdout"] * 2**64
    return is_set_aside == (plan["split"] == "test")


def save(path: pathlib.Path, array: np.ndarray) -> None:
    """Writes an array; an error says why the disk refuses it, which that of `numpy.save` into a file does not."""
    with io.BytesIO() as encoded:
        np.save(encoded, array, allow_pickle=False)
        path.write_bytes(encoded.getvalue())


def too_few(found: str, plan: dict[str, Any], remedy: str) -> str:
    """Returns the message that a split has too few samples.

    Args:
        found: how many it has.
        plan: the first part of the manifest, with split and holdout.
        remedy: what the user can do.
    """
    needed = f"at least {MIN_SAMPLES} are needed; {remedy}"
    if plan["holdout"]:
        return (
            f"{found} when {plan['holdout']:.0%} of them are set aside for tests: {needed} or change --holdout (0 sets "
            "none aside)"
        )
    return f"{found}: {needed}"
