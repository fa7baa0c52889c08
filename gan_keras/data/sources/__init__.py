"""Where images come from.

Each entry of `names.SOURCES` is a module of this package with two functions, and is tried in that order:

- `describe(dataset)` returns the `Description` of a `--dataset`, or None if it belongs to another source. It reads no
  images.
- `open_source(description, data_dir, progress)` returns the `AnySource` of such a description.
"""

import importlib
from types import ModuleType

from gan_keras import errors
from gan_keras.config import names
from gan_keras.data.sources import paths
from gan_keras.data.sources.base import AnySource
from gan_keras.data.sources.base import Description
from gan_keras.data.sources.base import FolderPath
from gan_keras.data.sources.base import TextSource

__all__ = ["Description", "AnySource", "FolderPath", "TextSource", "describe", "open_source"]


def describe(dataset: str) -> Description:
    """Returns the `Description` of a `--dataset`, without reading images.

    Args:
        dataset: `avatars`, `stacked_mnist`, `folder:PATH`, `zip:PATH`, `npz:PATH`, an existing path alone, or the name
            of a data set of TFDS.

    Raises:
        UserError: the path does not exist or is of no known kind.
    """
    for kind in names.SOURCES:
        description = _module(kind).describe(dataset)
        if description is not None:
            return description
    if paths.existing(dataset):
        raise errors.UserError(
            f"--dataset={dataset}: got another kind of file, expected one of {', '.join(names.PATH_SOURCES)}"
        )
    raise errors.UserError(f"--dataset={dataset}: there is no file or folder '{dataset}'; check the path")


def open_source(description: Description, data_dir: FolderPath = None, progress: bool = True) -> AnySource:
    """Returns the `AnySource` of a `Description`.

    Args:
        description: what `describe` returned.
        data_dir: folder of TensorFlow Datasets, into which a data set that is missing there is downloaded; None: its
            default.
        progress: whether a download shows its progress.

    Raises:
        UserError: the source cannot be read, holds no images, or is unknown.
    """
    return _module(description.source).open_source(description, data_dir, progress)


def _module(kind: str) -> ModuleType:
    return importlib.import_module(f"gan_keras.data.sources.{kind}")
