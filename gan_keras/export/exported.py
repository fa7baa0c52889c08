"""Drawing with an exported generator: TensorFlow and the version's folder, none of the classes that built it."""

import json

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras import sampling
from gan_keras.export import version


class ExportedGenerator:
    """A generator read back from a version folder.

    Args:
        path: a version folder (`exported_models/NAME/1`), or the folder above it for the newest version.

    Attributes:
        folder: path of the version.
        description: dict, what `export.json` holds.
        class_names: names of the classes of a conditional generator, or an empty list.
        signatures: the SavedModel's signatures, functions of named tensors.

    Raises:
        UserError: there is no exported generator, or it is damaged.
    """

    def __init__(self, path):
        self.folder = version.locate(path)
        try:
            self.description = json.loads((self.folder / "export.json").read_text("utf-8"))
            self.class_names = self.description["class_names"] or []
            self._model = tf.saved_model.load(str(self.folder))  # Its weights live as long as this object.
            self.signatures = self._model.signatures
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise errors.UserError(
                f"cannot read the exported model '{self.folder}' ({error}): it is damaged, export it again"
            ) from error

    def generate(self, seeds, labels=None, batch_size=64):
        """Returns the pictures of sample seeds, uint8 (N, H, W, C); a seed is the same picture in every batch.

        Args:
            seeds: integers (N,), N > 0.
            labels: integers (N,) for a conditional generator; without them seed s takes class s mod classes.
            batch_size: pictures drawn by one call of the graph, at most 1024.

        Raises:
            UserError: as `sampling.choose_labels`.
        """
        labels = sampling.choose_labels(seeds, labels, self.class_names)
        inputs = {"seeds": np.asarray(seeds, np.int64)} | ({} if labels is None else {"labels": labels.astype(np.int32)})
        batches = []
        for at in range(0, len(seeds), batch_size):
            batch = {name: tf.constant(rows[at : at + batch_size]) for name, rows in inputs.items()}
            batches.append(self.signatures["sample"](**batch)["images"].numpy())
        return np.concatenate(batches)
