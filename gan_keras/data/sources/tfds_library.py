"""TensorFlow Datasets itself: loaded without its warnings, and the names of the data sets that it knows."""

import contextlib
import functools
import logging
import warnings
from collections.abc import Iterator
from types import ModuleType

import absl.logging


@contextlib.contextmanager
def quiet(progress: bool = True) -> Iterator[ModuleType]:
    """Yields the module `tensorflow_datasets`; in the block, neither it nor its libraries print warnings.

    Args:
        progress: whether it shows progress bars, from now on.
    """
    verbosity, urllib3 = absl.logging.get_verbosity(), logging.getLogger("urllib3")
    level = urllib3.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        absl.logging.set_verbosity(absl.logging.ERROR)
        urllib3.setLevel(logging.ERROR)
        try:
            import tensorflow_datasets as tfds

            (tfds.enable_progress_bar if progress else tfds.disable_progress_bar)()
            yield tfds
        finally:
            absl.logging.set_verbosity(verbosity)
            urllib3.setLevel(level)


@functools.cache
def known_names() -> tuple[str, ...]:
    """Returns the names of all data sets that TFDS has."""
    with quiet() as tfds:
        return tuple(tfds.list_builders(with_community_datasets=False))
