"""Drawing with an exported generator: TensorFlow and the version's folder, none of the classes that built it."""

import json

import numpy as np
import tensorflow as tf

from gan_keras import errors
from gan_keras.export import version


class ExportedGenerator:
    """A generator read back from a version folder.

    Args:
        path: a version folder (`exported_models/NAME/1`), or the folder above it for the newest version.

    Attributes:
        folder: path of the version.
        description: dict, what `export.json` holds.
        signatures: the SavedModel's signatures, functions of named tensors.

    Raises:
        UserError: there is no exported generator, or it is damaged.
    """

    def __init__(self, path):
        self.folder = version.locate(path)
        try:
            self.description = json.loads((self.folder / "export.json").read_text("utf-8"))
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
            UserError: labels for a generator without classes, or a label that is not a class.
        """
        inputs = {"seeds": np.asarray(seeds, np.int64)} | self._labels(seeds, labels)
        batches = []
        for at in range(0, len(seeds), batch_size):
            batch = {name: tf.constant(rows[at : at + batch_size]) for name, rows in inputs.items()}
            batches.append(self.signatures["sample"](**batch)["images"].numpy())
        return np.concatenate(batches)

    def _labels(self, seeds, labels):
        names = self.description["class_names"]
        if not names:
            if labels is not None:
                raise errors.UserError(f"'{self.folder}' is a model without classes: leave the labels out")
            return {}
        labels = np.asarray(seeds, np.int64) % len(names) if labels is None else np.asarray(labels, np.int64)
        wrong = labels[(labels < 0) | (labels >= len(names))]
        if wrong.size:
            told = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
            raise errors.UserError(
                f"label {wrong[0]} is not a class of '{self.folder}': expected 0 to {len(names) - 1} ({told})"
            )
        return {"labels": labels.astype(np.int32)}
